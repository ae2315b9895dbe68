"""Changing the tables of books that hold data, forward and back."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine

from rampart.ledger.errors import LedgerError
from rampart.ledger.migrations import step_back


def downgrade(engine: Engine, to: str) -> None:
    """Bring the books back to schema `to`, for an older Rampart; every row is kept, or nothing happens.

    Opening them with `open_ledger` brings them forward again.

    Raises:
        LedgerError: `to` is no earlier version, or cannot hold what the books hold.
    """
    with changing_schema(engine) as connection:
        step_back(connection, to)


@contextmanager
def changing_schema(engine: Engine) -> Iterator[Connection]:
    """A writing transaction in which tables may be rebuilt, on SQLite with foreign keys off.

    They are checked as a whole before the commit instead.

    Raises:
        LedgerError: a row would point at nothing; nothing was changed.
    """
    with engine.connect() as connection:
        sqlite = engine.dialect.name == "sqlite"
        if sqlite:
            _foreign_keys(connection, "OFF")
        try:
            with connection.begin():
                yield connection
                orphans = connection.exec_driver_sql("PRAGMA foreign_key_check").all() if sqlite else ()
                if orphans:
                    raise LedgerError(
                        f"the change of schema would leave {len(orphans)} rows of {orphans[0][0]} and others "
                        "that point at nothing; nothing was changed. Keep the books as they are and report it"
                    )
        finally:
            if sqlite:
                _foreign_keys(connection, "ON")


def _foreign_keys(connection: Connection, state: str) -> None:
    """Past SQLAlchemy, which would begin a transaction: inside one the pragma does nothing."""
    raw = connection.connection.dbapi_connection
    assert isinstance(raw, sqlite3.Connection)  # noqa: S101 (narrows the type; sqlite has one driver here)
    raw.execute(f"PRAGMA foreign_keys={state}")
