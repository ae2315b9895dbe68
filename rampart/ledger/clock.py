"""The one clock leases are judged by: the database's, never this machine's.

Workers on several machines share no clock, and a wall clock twenty minutes off would steal a live claim or
lose its own. On SQLite all workers are on one machine, whose clock is the database's.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlmodel import Session

from rampart.ledger.moments import UtcMoment


class DatabaseNow(FunctionElement[datetime]):
    """The present moment in SQL.

    Not ``now()``: on PostgreSQL that is when the transaction began, before it waited for the writer's lock.
    """

    type = UtcMoment()
    inherit_cache = True


@compiles(DatabaseNow, "postgresql")
def _on_postgresql(_element: DatabaseNow, _compiler: SQLCompiler, **_: Any) -> str:
    return "clock_timestamp()"


@compiles(DatabaseNow, "sqlite")
def _on_sqlite(_element: DatabaseNow, _compiler: SQLCompiler, **_: Any) -> str:
    return "strftime('%Y-%m-%d %H:%M:%f000', 'now')"  # UTC, spelt as the moments of the tables are


def database_now(session: Session) -> datetime:
    """The present moment (UTC) by the database's clock."""
    return session.connection().execute(select(DatabaseNow())).scalar_one()
