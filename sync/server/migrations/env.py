"""Run by Alembic: takes the connection that `upgrade` opened."""

from alembic import context

from sync.server.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
