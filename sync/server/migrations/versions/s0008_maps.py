"""Map packs are published: signed descriptions, the files beside the database."""

from alembic import op

from sync.server.tables import map_notice

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table; a database made today has it from the first step."""
    map_notice.create(op.get_bind(), checkfirst=True)


def downgrade() -> None:
    """Drop the table."""
    map_notice.drop(op.get_bind())
