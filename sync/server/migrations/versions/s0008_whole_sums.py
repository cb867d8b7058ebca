"""A scope keeps its whole sum alone: those of its buckets are added up when a laptop asks.

With them goes the index that found a bucket's rows: of 817 pages that 200 acts changed it was 493.
"""

import sqlalchemy as sa
from alembic import op

from sync.server.tables import scope_sum

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

WHOLE = 256  # the number under which the whole stood beside its buckets


def upgrade() -> None:
    """Drop index and sums; a database made today never had them."""
    connection = op.get_bind()
    looked_at = sa.inspect(connection)
    if "scope_row_of_bucket" in {index["name"] for index in looked_at.get_indexes("scope_row")}:
        op.drop_index("scope_row_of_bucket", "scope_row")
    if "bucket" not in {column["name"] for column in looked_at.get_columns("scope_sum")}:
        return
    sums = connection.execute(
        sa.text(f"SELECT branch_id, scope, n, sum FROM scope_sum WHERE bucket = {WHOLE}")
    ).all()
    op.drop_table("scope_sum")
    scope_sum.create(connection)
    for branch, scope, n, total in sums:
        connection.execute(scope_sum.insert().values(branch_id=branch, scope=scope, n=n, sum=total))


def downgrade() -> None:
    """Nothing leads back: the sums of buckets are not kept."""
    raise NotImplementedError
