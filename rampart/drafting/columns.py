"""What the columns of a sample hold: kinds of values, vocabularies, lengths, and how much is empty."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from statistics import median
from typing import Any, Literal

from contracts.language.words import as_number, word
from rampart.drafting.names import Path, expression, words

Kind = Literal["empty", "flag", "number", "text", "moment", "list", "object", "mixed"]

DEEP = 3  # objects within objects looked into
MOST_COLUMNS = 400
LONGEST_NAME = 200  # characters; a longer key is data that was written as a name
LONGEST_WORD = 200  # characters of a label
_FLAGS = {"true", "false"}


@dataclass(frozen=True)
class Column:
    """One column, or one field of nested objects: a value for every row, None where there is none."""

    path: Path
    values: tuple[Any, ...]

    @property
    def expression(self) -> str:
        """The column as an expression over the row."""
        return expression(self.path)

    @cached_property
    def words(self) -> tuple[str, ...]:
        """The parts of its name."""
        return words(self.path)

    @cached_property
    def filled(self) -> tuple[Any, ...]:
        """The values that say something."""
        return tuple(value for value in self.values if not is_blank(value))

    @property
    def full(self) -> bool:
        """Is there a value in every row?"""
        return len(self.filled) == len(self.values)

    @cached_property
    def kind(self) -> Kind:
        """What its values are; text that is numbers or true and false throughout counts as these."""
        kinds = {_kind(value) for value in self.filled}
        if not kinds:
            return "empty"
        if kinds <= {"flag"}:
            return "flag"
        if kinds <= {"number"}:
            return "number"
        scalars = {"flag", "number", "text"}
        if kinds <= scalars and sum(isinstance(value, str) for value in self.filled) * 2 > len(self.filled):
            return "text"
        return next(iter(kinds)) if len(kinds) == 1 else "mixed"

    @cached_property
    def all_text(self) -> bool:
        """Is every value written as text, whatever it says?"""
        return all(isinstance(value, str) for value in self.filled)

    @cached_property
    def vocabulary(self) -> Counter[str]:
        """Distinct values, as a contract compares words, with their counts; empty where they are no words."""
        if self.kind in ("list", "object", "moment", "mixed", "empty"):
            return Counter()
        return Counter(word(value) for value in self.filled)

    @cached_property
    def numbers(self) -> tuple[float, ...]:
        """Its values as numbers; empty unless all are."""
        found = [as_number(value) for value in self.filled]
        return () if None in found else tuple(number for number in found if number is not None)

    @cached_property
    def length(self) -> float:
        """Median characters of its texts."""
        lengths = [len(value) for value in self.filled if isinstance(value, str)]
        return median(lengths) if lengths else 0.0

    @cached_property
    def longest(self) -> int:
        """Characters of its longest text."""
        return max((len(value) for value in self.filled if isinstance(value, str)), default=0)

    @cached_property
    def unique(self) -> bool:
        """Is it filled in every row, and each value there once?"""
        return self.full and not isinstance(self.filled[0], dict | list) and self.kinds_apart

    @cached_property
    def kinds_apart(self) -> bool:
        """Does no value stand there twice?"""
        return len({str(value) for value in self.filled}) == len(self.filled)


def is_blank(value: Any) -> bool:
    """Is a value nothing: null, or text without a character?"""
    return value is None or (isinstance(value, str) and not value.strip())


def _kind(value: Any) -> Kind:  # noqa: PLR0911 (one return a kind)
    if isinstance(value, bool):
        return "flag"
    if isinstance(value, date):
        return "moment"
    if isinstance(value, list | tuple):
        return "list"
    if isinstance(value, dict):
        return "object"
    if as_number(value) is not None:
        return "number"
    if isinstance(value, str):
        return "flag" if value.strip().lower() in _FLAGS else "text"
    return "mixed"


def _is_name(key: object) -> bool:
    return isinstance(key, str) and 0 < len(key) <= LONGEST_NAME


class Table:
    """Rows as columns, nested objects' fields among them; `columns` by path, in the file's order."""

    def __init__(self, rows: Sequence[Mapping[str, Any]]) -> None:
        self.rows = rows
        self.columns: dict[Path, Column] = {}
        self._take((), list(rows), DEEP)

    def _take(self, above: Path, rows: list[Any], deep: int) -> None:
        keys = dict.fromkeys(key for row in rows if isinstance(row, Mapping) for key in row if _is_name(key))
        for key in keys:
            if len(self.columns) >= MOST_COLUMNS:
                return
            values = [row.get(key) if isinstance(row, Mapping) else None for row in rows]
            column = Column((*above, key), tuple(values))
            self.columns[column.path] = column
            if column.kind == "object" and deep:
                self._take(column.path, values, deep - 1)

    @cached_property
    def scalars(self) -> tuple[Column, ...]:
        """The columns of plain values that say something."""
        return tuple(
            column
            for column in self.columns.values()
            if column.kind in ("flag", "number", "text", "moment", "mixed")
        )


def elements(column: Column) -> list[dict[str, Any]]:
    """All objects in a column of lists."""
    return [
        one for value in column.filled if isinstance(value, list) for one in value if isinstance(one, dict)
    ]
