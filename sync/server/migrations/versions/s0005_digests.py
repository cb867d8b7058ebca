"""What each scope holds gets sums; backups and compaction get horizons, epochs a history."""

import sqlalchemy as sa
from alembic import op

from sync.protocol.digest import Digest, bucket_of, row_hash
from sync.server.tables import epoch_past, horizon, scope_row, scope_sum

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

type Held = dict[tuple[str, str, str, str], tuple[int, bytes]]


def upgrade() -> None:
    """Make the tables and fold the feed up; a database made today has them from the start."""
    connection = op.get_bind()
    for table in (epoch_past, horizon, scope_row, scope_sum):
        table.create(connection, checkfirst=True)
    for table in (scope_row, scope_sum):
        connection.execute(table.delete())
    held = _folded(connection)
    sums: dict[tuple[str, str], Digest] = {}
    for (branch, scope, kind, record_id), (rev, hashed) in held.items():
        connection.execute(
            scope_row.insert().values(
                branch_id=branch,
                scope=scope,
                kind=kind,
                id=record_id,
                bucket=bucket_of(kind, record_id),
                rev=rev,
                hash=hashed,
            )
        )
        sums[branch, scope] = sums.get((branch, scope), Digest()).changed((), (hashed,))
    for (branch, scope), digest in sums.items():
        connection.execute(
            scope_sum.insert().values(branch_id=branch, scope=scope, n=digest.n, sum=digest.sum)
        )


def downgrade() -> None:
    """Drop the tables."""
    for table in (scope_sum, scope_row, horizon, epoch_past):
        table.drop(op.get_bind())


def _folded(connection: sa.Connection) -> Held:
    """Return the newest revision and hash of each record that stands in a scope."""
    held: Held = {}
    rows = connection.execute(
        sa.text(
            "SELECT branch_id, scope, op, kind, id, rev, body FROM feed "
            "ORDER BY branch_id, scope, commit_no, idx"
        )
    )
    for branch, scope, what, kind, record_id, rev, body in rows:
        place = (branch, scope, kind, record_id)
        if what == "put":
            held[place] = (rev, row_hash(kind, record_id, rev, bytes(body)))
        else:
            held.pop(place, None)
    return held
