"""Alembic's entry: it runs on the connection and in the transaction `migrate` hands it."""

from alembic import context

from rampart.ledger.tables import METADATA

connection = context.config.attributes.get("connection")
if connection is None:
    raise RuntimeError(
        "migrations run through rampart.ledger.engine.open_ledger(url), which gives them a connection"
    )
context.configure(connection=connection, target_metadata=METADATA, transactional_ddl=True)
with context.begin_transaction():
    context.run_migrations()
