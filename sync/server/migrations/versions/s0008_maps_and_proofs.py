"""Map packs are published; laptops prove their key, with short tokens and used proofs kept."""

import sqlalchemy as sa
from alembic import op

from sync.server.tables import device_session, map_notice, proof_used

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables and mark nobody; a database made today has them from the first step."""
    connection = op.get_bind()
    if "proves" not in {c["name"] for c in sa.inspect(connection).get_columns("device")}:
        op.add_column(
            "device", sa.Column("proves", sa.Boolean, nullable=False, server_default=sa.false())
        )
    for table in (map_notice, device_session, proof_used):
        table.create(connection, checkfirst=True)


def downgrade() -> None:
    """Drop the tables: a laptop's token alone opens the door again, as it did."""
    for table in (map_notice, device_session, proof_used):
        table.drop(op.get_bind())
    op.drop_column("device", "proves")
