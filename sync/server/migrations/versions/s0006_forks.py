"""Envelopes of a second copy of a laptop are kept beside those whose numbers they repeat."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

COLUMNS = (
    "branch_id, mid, device_id, seq, body_hash, envelope, result, received_at, commit_no, forked"
)


def upgrade() -> None:
    """Mark envelopes, and let only unmarked ones have a number alone."""
    connection = op.get_bind()
    if "forked" in {c["name"] for c in sa.inspect(connection).get_columns("mutation")}:
        return  # made today
    op.add_column(
        "mutation", sa.Column("forked", sa.Boolean, nullable=False, server_default=sa.false())
    )
    if connection.dialect.name == "sqlite":
        _rebuild()
    else:
        [unique] = sa.inspect(connection).get_unique_constraints("mutation")
        op.drop_constraint(unique["name"] or "", "mutation", type_="unique")
    where = sa.text("forked = 0" if connection.dialect.name == "sqlite" else "NOT forked")
    op.create_index(
        "mutation_in_order",
        "mutation",
        ["branch_id", "device_id", "seq"],
        unique=True,
        sqlite_where=where,
        postgresql_where=where,
    )


def _rebuild() -> None:
    """Make the table anew: SQLite cannot drop a constraint."""
    op.execute(
        "CREATE TABLE mutation_anew (branch_id VARCHAR(64) NOT NULL, mid VARCHAR(64) NOT NULL, "
        "device_id VARCHAR(64) NOT NULL, seq BIGINT NOT NULL, body_hash VARCHAR(64) NOT NULL, "
        "envelope BLOB NOT NULL, result BLOB NOT NULL, received_at VARCHAR(40) NOT NULL, "
        "commit_no BIGINT NOT NULL, forked BOOLEAN NOT NULL, PRIMARY KEY (branch_id, mid))"
    )
    op.execute(f"INSERT INTO mutation_anew ({COLUMNS}) SELECT {COLUMNS} FROM mutation")
    op.drop_table("mutation")
    op.rename_table("mutation_anew", "mutation")


def downgrade() -> None:
    """Nothing leads back: two envelopes of one number cannot be told apart without the mark."""
    raise NotImplementedError
