"""Writes the server's records, a page in two statements: who holds them, and the records."""

from collections.abc import Sequence
from itertools import accumulate

from field_app.storage.cipher import Connection
from field_app.storage.search_terms import as_json
from sync.protocol.pages import PageOp

# The rows of `_packed`.
UNPACKED = (
    "SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, "
    "substr(?2, value ->> 4, value ->> 5) FROM json_each(?1)"
)


def hold(connection: Connection, scope: str, ops: Sequence[PageOp]) -> bool:
    """Let the scope hold these records as they came; say whether none of them was here before.

    A record that is here stays as it is when its revision is the higher one.
    """
    keys, bodies = _packed(ops)
    connection.execute(
        "INSERT OR IGNORE INTO membership SELECT ?, value ->> 0, value ->> 1 FROM json_each(?)",
        (scope, keys),
    )
    new = connection.execute(f"INSERT OR IGNORE INTO replica {UNPACKED}", (keys, bodies))
    if new.rowcount == len(ops):
        return True
    connection.execute(
        f"INSERT INTO replica {UNPACKED} WHERE 1 ON CONFLICT (kind, id) DO UPDATE SET "
        "rev = excluded.rev, case_id = excluded.case_id, body = excluded.body "
        "WHERE excluded.rev >= replica.rev",
        (keys, bodies),
    )
    return False


def _packed(ops: Sequence[PageOp]) -> tuple[str, bytes]:
    """Return the records as JSON and their bodies in one piece: one statement takes them all.

    Row by row would take Python's lock twice for each, from the window or for whoever reckons the
    next page.
    """
    bodies = [bytes(op.body) for op in ops]
    starts = accumulate(map(len, bodies), initial=1)
    keys = [
        (op.kind, op.id, op.rev, op.case_id, start, len(body))
        for op, start, body in zip(ops, starts, bodies, strict=False)
    ]
    return as_json(keys), b"".join(bodies)
