"""The database's clock: what leases and waits are measured by, so that workers need not agree on the time."""

from datetime import UTC, datetime

from sqlmodel import Session


def database_now(session: Session) -> datetime:
    """The moment by the database's own clock, in UTC; it moves on within a transaction."""
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        text = connection.exec_driver_sql("SELECT strftime('%Y-%m-%d %H:%M:%f', 'now')").scalar_one()
        return datetime.fromisoformat(text).replace(tzinfo=UTC)
    found: datetime = connection.exec_driver_sql("SELECT clock_timestamp()").scalar_one()
    return found.astimezone(UTC)
