"""When each daily job was done last, and who is at it now."""

from alembic import op

from sync.server.tables import job

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table; a database made today has it from the first step."""
    job.create(op.get_bind(), checkfirst=True)


def downgrade() -> None:
    """Drop the table."""
    job.drop(op.get_bind())
