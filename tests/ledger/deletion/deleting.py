"""Ordering a deletion of the judged season, and finding what holds a week's text."""

import polars as pl
from sqlalchemy import Engine

from rampart.delivery.local_store import LocalStore
from rampart.ledger.deletion.carry_out import delete_data
from rampart.ledger.deletion.said import Deletion
from simulator.season import Season, due

LEAD = "A. Lead"
WHY = "rights.delete_by"


def delete(books: Engine, kept: LocalStore, weeks: tuple[int, ...] = (1,)) -> tuple[Deletion, ...]:
    return delete_data(books, kept, "dc-north", weeks, by=LEAD, reason=WHY, as_of=due(3))


def text_of(week: int) -> str:
    """A prompt only north's delivery of that week holds, as it stands in the landed file."""
    return f"Question 7 of week {week} for north?"


def holding(season: Season, text: str) -> set[str]:
    """Keys of objects that hold `text`: as bytes, or in a Parquet column."""
    root, found = season.home / "store", set()
    for key in season.stored():
        path = root / key
        content = (
            str(pl.read_parquet(path).rows())
            if key.endswith("parquet")
            else path.read_text("utf-8", "replace")
        )
        if text in content:
            found.add(key)
    return found
