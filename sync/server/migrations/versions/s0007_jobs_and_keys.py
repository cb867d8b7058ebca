"""When each daily job was done last; leases, escrows and orders to destroy a laptop's keys."""

from alembic import op

from sync.server.tables import device_key, job, key_reset

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables; a database made today has them from the first step."""
    for table in (job, device_key, key_reset):
        table.create(op.get_bind(), checkfirst=True)


def downgrade() -> None:
    """Drop the tables: laptops then meet a server without leases."""
    for table in (job, device_key, key_reset):
        table.drop(op.get_bind())
