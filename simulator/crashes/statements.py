"""Statements that write, and commits: on either database, as SQLAlchemy sends them."""

import re
from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine.default import DefaultDialect

from simulator.crashes.effects import Watch

WRITES = re.compile(
    r"\s*(INSERT INTO|UPDATE|DELETE FROM|CREATE \w+|ALTER TABLE|DROP \w+)\s+(?:ON\s+)?\W?(\w+)"
)


def watch_statements(watch: Watch) -> None:
    """Report every writing statement of this process before it is sent, and every commit of one.

    A commit is reported before it and after it, and on PostgreSQL half way: sent, but the answer not seen.
    SQLite's own writes happen below Python; only kills at random moments meet them.
    """
    unsaved: set[int] = set()  # connections with something to commit

    def before(
        connection: Connection, _cursor: Any, statement: str, _values: Any, _context: Any, _many: bool
    ) -> None:
        if found := WRITES.match(statement):
            unsaved.add(id(connection.connection.dbapi_connection))
            watch.reached(f"{found[1]} {found[2]}", "before")

    def committing(dialect: DefaultDialect, connection: Any) -> None:
        number = id(connection.dbapi_connection)
        if number not in unsaved:
            return commit(dialect, connection)
        unsaved.discard(number)
        watch.reached("COMMIT", "before")
        if dialect.name == "postgresql":
            watch.reached("COMMIT", "half", lambda: _send_only(connection))
        commit(dialect, connection)
        return watch.reached("COMMIT", "after")

    commit: Callable[[DefaultDialect, Any], None] = DefaultDialect.do_commit
    event.listen(Engine, "before_cursor_execute", before)
    DefaultDialect.do_commit = committing  # type: ignore[method-assign]


def _send_only(connection: Any) -> None:
    """Hand COMMIT to the server and wait for no answer."""
    connection.pgconn.send_query(b"COMMIT")
    while connection.pgconn.flush():
        pass
