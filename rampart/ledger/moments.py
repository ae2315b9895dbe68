"""Moments in the database: always UTC, always timezone-aware in code."""

from datetime import UTC, datetime

from sqlalchemy import DateTime
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator


class UtcMoment(TypeDecorator[datetime]):
    """A timezone-aware UTC datetime. SQLite keeps no zone, so it is taken off there and put back on reading.

    A datetime without a zone is refused with `ValueError`: it would silently mean the server's local time.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The moment in UTC, on its way into the database."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"the ledger wants timezone-aware moments; {value.isoformat()} has no zone")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 (SQLAlchemy's signature)
        """The moment with its zone, on its way out."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
