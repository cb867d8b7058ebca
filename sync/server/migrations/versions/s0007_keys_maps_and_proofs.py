"""What one release brought: daily jobs, laptops' keys and wipes, published maps, proofs of keys.

The last are short sessions and used proofs; a laptop that has proved its key once must go on so.
"""

import sqlalchemy as sa
from alembic import op

from sync.server.tables import (
    device_key,
    device_session,
    job,
    key_reset,
    map_notice,
    proof_used,
)

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

TABLES = (job, device_key, key_reset, map_notice, device_session, proof_used)


def upgrade() -> None:
    """Make the tables and mark nobody; a database made today has them from the first step."""
    connection = op.get_bind()
    if "proves" not in {c["name"] for c in sa.inspect(connection).get_columns("device")}:
        op.add_column(
            "device", sa.Column("proves", sa.Boolean, nullable=False, server_default=sa.false())
        )
    for table in TABLES:
        table.create(connection, checkfirst=True)


def downgrade() -> None:
    """Drop the tables: no leases, no maps, and a laptop's token alone opens the door again."""
    for table in TABLES:
        table.drop(op.get_bind())
    op.drop_column("device", "proves")
