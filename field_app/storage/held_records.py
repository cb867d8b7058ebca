"""Writes the server's records: who holds them, and the records."""

from collections.abc import Sequence

from field_app.storage.cipher import Connection
from field_app.storage.many_rows import insert
from sync.protocol.pages import PageOp

NEWER = (
    "ON CONFLICT (kind, id) DO UPDATE SET rev = excluded.rev, case_id = excluded.case_id, "
    "body = excluded.body WHERE excluded.rev >= replica.rev"
)


def hold(connection: Connection, scope: str, ops: Sequence[PageOp]) -> bool:
    """Let the scope hold these records as they came; say whether none of them was here before.

    A record that is here stays as it is when its revision is the higher one.
    """
    insert(connection, "OR IGNORE INTO membership", [(scope, op.kind, op.id) for op in ops])
    rows = [(op.kind, op.id, op.rev, op.case_id, op.body) for op in ops]
    if insert(connection, "OR IGNORE INTO replica", rows) == len(ops):
        return True
    insert(connection, "INTO replica", rows, NEWER)
    return False
