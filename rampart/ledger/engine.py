"""Opening the books, and the two kinds of transaction there are.

One writer at a time, on both databases: SQLite begins every writing transaction with ``BEGIN IMMEDIATE`` (a
deferred one that turns into a writer fails with "database is locked"), PostgreSQL takes one advisory lock. A
writer therefore reads what the one before it wrote, and read-then-write needs no retry. Readers see one
snapshot and wait for nobody.
"""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry
from sqlmodel import Session

from rampart.ledger.errors import LedgerError
from rampart.ledger.migrations import HEAD, migrate, schema_version
from rampart.ledger.schema import changing_schema

BUSY_TIMEOUT_S = 30
_READS = "rampart_reads"
_WRITER_LOCK = 0x52414D50  # "RAMP": any number nobody else locks in this database


def open_ledger(url: str) -> Engine:
    """The books at `url`, brought to the newest schema; made if absent.

    Args:
        url: a SQLAlchemy URL, for example ``sqlite:///.rampart/ledger.db`` (its folder is made) or
            ``postgresql+psycopg://user@host/rampart``.

    Raises:
        LedgerError: the URL names a database driver that is not installed, or the books were written by a
            newer Rampart.
    """
    engine = connect(url)
    with reading(engine) as session:  # books that are up to date are opened without waiting for a writer
        behind = schema_version(session.connection()) != HEAD
    if behind:
        with changing_schema(engine) as connection:
            migrate(connection)
    return engine


def connect(url: str) -> Engine:
    """The books at `url` with the schema they have; see `open_ledger`."""
    try:
        parsed = make_url(url)
    except ValueError as error:  # of the port; the address itself may hold a password
        raise LedgerError(
            f"the ledger's address cannot be read ({error}); correct RAMPART_DATABASE_URL"
        ) from error
    sqlite = parsed.get_backend_name() == "sqlite"
    if sqlite and parsed.database:
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    # A server that was restarted has dropped the connections in the pool: ask before using one.
    options: dict[str, Any] = (
        {"connect_args": {"timeout": BUSY_TIMEOUT_S}} if sqlite else {"pool_pre_ping": True}
    )
    try:
        engine = create_engine(parsed, **options)
    except ModuleNotFoundError as error:
        raise LedgerError(
            f"the ledger's address names the driver {error.name!r}, which is not installed; "
            "install it, or write the driver you have into the address (postgresql+psycopg://…)"
        ) from error
    if sqlite:
        event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", _begin)
    return engine


def made(url: str) -> bool:
    """Is there anything at `url`? Looks for the file of SQLite; of a server it says yes."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite" or not parsed.database:
        return True
    return Path(parsed.database).exists()


@contextmanager
def writing(engine: Engine) -> Iterator[Session]:
    """A session in one writing transaction: committed at the end, rolled back on any error."""
    with engine.connect() as connection, Session(connection) as session, session.begin():
        yield session


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """A session over one snapshot of the books, for reading only."""
    with (
        engine.connect() as connection,
        Session(connection.execution_options(**{_READS: True})) as session,
    ):
        yield session


def _set_up_sqlite(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    assert isinstance(connection, sqlite3.Connection)  # noqa: S101 (narrows the type; sqlite has one driver here)
    connection.isolation_level = None  # the driver would otherwise begin transactions on its own, deferred
    _use_wal(connection)
    # Recursive triggers: without, INSERT OR REPLACE deletes an event past the trigger that refuses it.
    for pragma in ("synchronous=FULL", "foreign_keys=ON", "recursive_triggers=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _use_wal(connection: sqlite3.Connection) -> None:
    """Whoever opens new books first changes the file to WAL; for that SQLite has others fail, not wait."""
    until = time.monotonic() + BUSY_TIMEOUT_S
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(0.01)
        else:
            return


def _begin(connection: Connection) -> None:
    reads = connection.get_execution_options().get(_READS, False)
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")
    elif connection.dialect.name == "postgresql":
        connection.exec_driver_sql(
            "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"
            if reads
            else f"SELECT pg_advisory_xact_lock({_WRITER_LOCK})"
        )
