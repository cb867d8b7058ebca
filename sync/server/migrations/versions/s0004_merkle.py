"""The chain of audit entries becomes a Merkle log: each entry names its instant and its number.

The first thing the new log tells of itself is how the old chain ended, and which envelopes had lost
their bodies by lawful erasure before.
"""

import json

import sqlalchemy as sa
from alembic import op

from sync.protocol.merkle import Frontier, grown, leaf_hash, perfect
from sync.server.tables import audit_tile

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TILE = 256


def upgrade() -> None:
    """Hash every entry anew; a database made today has the tables from the first step."""
    connection = op.get_bind()
    if "leaf_hash" not in {c["name"] for c in sa.inspect(connection).get_columns("feed_head")}:
        return
    audit_tile.create(connection, checkfirst=True)
    op.add_column(
        "feed_head", sa.Column("frontier", sa.LargeBinary, nullable=False, server_default="")
    )
    heads = connection.execute(
        sa.text("SELECT branch_id, leaves, leaf_hash FROM feed_head")
    ).fetchall()
    for branch, leaves, last in heads:
        _convert(connection, branch, leaves, last)
    op.drop_column("feed_head", "leaf_hash")
    op.drop_column("audit_leaf", "at")


def downgrade() -> None:
    """Nothing leads back: the old chain is not kept."""
    raise NotImplementedError


def _convert(connection: sa.Connection, branch: str, leaves: int, last: str) -> None:
    rows = connection.execute(
        sa.text("SELECT n, at, entry FROM audit_leaf WHERE branch_id = :b ORDER BY n"),
        {"b": branch},
    ).fetchall()
    told = [(n, json.loads(entry) | {"at": at, "n": n}) for n, at, entry in rows]
    if leaves:
        begun = {"what": "log.begun", "chain": last, "mids": _erased(connection, branch)}
        told.append((leaves, begun | {"at": rows[-1][1], "n": leaves}))
        connection.execute(
            sa.text(
                "INSERT INTO audit_leaf (branch_id, n, at, entry, hash) VALUES (:b, :n, '', '', '')"
            ),
            {"b": branch, "n": leaves},
        )
    frontier, hashes = _hashed(connection, branch, told)
    _tile(connection, branch, hashes)
    connection.execute(
        sa.text("UPDATE feed_head SET leaves = :n, frontier = :f WHERE branch_id = :b"),
        {"n": len(told), "f": b"".join(frontier), "b": branch},
    )


def _hashed(
    connection: sa.Connection, branch: str, told: list[tuple[int, dict[str, object]]]
) -> tuple[Frontier, list[bytes]]:
    frontier: Frontier = ()
    hashes: list[bytes] = []
    for n, entry in told:
        text = json.dumps(entry, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        hashes.append(leaf_hash(text.encode()))
        frontier = grown(frontier, len(hashes) - 1, hashes[-1])
        connection.execute(
            sa.text("UPDATE audit_leaf SET entry = :e, hash = :h WHERE branch_id = :b AND n = :n"),
            {"e": text, "h": hashes[-1].hex(), "b": branch, "n": n},
        )
    return frontier, hashes


def _erased(connection: sa.Connection, branch: str) -> list[str]:
    found = []
    for mid, envelope in connection.execute(
        sa.text("SELECT mid, envelope FROM mutation WHERE branch_id = :b ORDER BY mid"),
        {"b": branch},
    ):
        body = json.loads(bytes(envelope))["body"]
        if isinstance(body, dict) and set(body) == {"erased"}:
            found.append(mid)
    return found


def _tile(connection: sa.Connection, branch: str, hashes: list[bytes]) -> None:
    level, whole = 0, len(hashes) // TILE * TILE
    row = hashes[:whole]
    while row:
        parts = [row[i : i + TILE] for i in range(0, len(row), TILE)]
        for idx, part in enumerate(parts):
            connection.execute(
                audit_tile.insert().values(
                    branch_id=branch, level=level, idx=idx, hashes=b"".join(part)
                )
            )
        row = [perfect(part) for part in parts if len(part) == TILE]
        level += 1
