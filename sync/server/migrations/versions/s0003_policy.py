"""Rules are published into the database, signed and numbered."""

from alembic import op

from sync.server.tables import policy_bundle, policy_handover

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables; a database made today has them from the first step."""
    for table in (policy_bundle, policy_handover):
        table.create(op.get_bind(), checkfirst=True)


def downgrade() -> None:
    """Drop the tables."""
    for table in (policy_handover, policy_bundle):
        table.drop(op.get_bind())
