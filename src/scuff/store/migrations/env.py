"""What Alembic runs a migration with: the connection that ``scuff.store.schema`` gives it, and no settings file."""

from alembic import context

from scuff.store.tables import Table

context.configure(connection=context.config.attributes["connection"], target_metadata=Table.metadata)
with context.begin_transaction():
    context.run_migrations()
