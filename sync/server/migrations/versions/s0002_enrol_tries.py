"""Failed enrolments are counted by name and address, no longer by code."""

from alembic import op
from sqlalchemy import inspect

from sync.server.tables import enrol_try

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table of tries; a database made today has it from the first step."""
    connection = op.get_bind()
    enrol_try.create(connection, checkfirst=True)
    if any(c["name"] == "tries" for c in inspect(connection).get_columns("enrol_code")):
        op.drop_column("enrol_code", "tries")


def downgrade() -> None:
    """Drop the table of tries."""
    enrol_try.drop(op.get_bind())
