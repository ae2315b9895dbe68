"""Alembic's entry: it runs on the connection and in the transaction `migrate` or `step_back` hands it."""

from alembic import context

from rampart.ledger.tables import METADATA

connection = context.config.attributes.get("connection")
if connection is None:
    raise RuntimeError(
        "migrations run through rampart.ledger.engine.open_ledger(url), which gives them a connection"
    )
# SQLite changes a table by rebuilding it. With foreign keys on, dropping the old one deletes or refuses its
# children, and they cannot be switched off inside a transaction: so whoever begins it must have done so.
if connection.dialect.name == "sqlite" and connection.exec_driver_sql("PRAGMA foreign_keys").scalar():
    raise RuntimeError("migrations need SQLite's foreign keys off: begin with engine.changing_schema(engine)")
context.configure(connection=connection, target_metadata=METADATA, transactional_ddl=True)
with context.begin_transaction():
    context.run_migrations()
