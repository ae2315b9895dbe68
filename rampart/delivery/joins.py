"""Rows of other files, found by key: the texts a label file only points at."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from contracts.language.expressions import ExpressionError, compiled
from contracts.terms.mapping import Join
from rampart.delivery.readers.row import Row, Unread, shown, unreadable

Place = tuple[str, int]  # file and line
Key = tuple[str, ...]

_WHOLE = re.compile(r"(-?\d+)\.0+")  # 7.0 in text: a column of ids that once held a gap


def join_key(value: Any) -> str | None:
    """The text by which keys are compared, None for what is no key.

    7, 7.0 and "7" are the same key; "007" and "7" are not, nor are "a" and "A", and however long a number is
    its last digits count.
    """
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, int | float):
        return str(value)
    if not isinstance(value, str):
        return None
    text = value.strip()
    whole = _WHOLE.fullmatch(text)
    return (whole.group(1) if whole else text) or None


@dataclass(frozen=True)
class JoinRead:
    """What became of one join: `rows` that found their partner, rows kept without one, unused partners.

    Rows that went to the quarantine for want of a partner are counted there.
    """

    name: str
    path: str
    rows: int
    alone: int
    unused: int


class JoinTable:
    """The rows of one joined source by key, and which of them were asked for."""

    def __init__(self, terms: Join, markers: Mapping[str, str] | None = None) -> None:
        self.terms = terms
        self.used: set[Place] = set()
        self._read_on = [compiled(text, markers) for text in terms.on_parts]
        self._read_key = [compiled(text, markers) for text in terms.key_parts]
        self._rows: dict[Key, tuple[Place, dict[str, Any]]] = {}
        self._ambiguous: set[Key] = set()  # keys under which different rows stand
        self._matched = self._alone = 0

    def take(self, file: str, row: Row) -> Unread | None:
        """Take in a row; or say why it cannot be a partner: no key, or one already taken."""
        try:
            found = [read(row.value) for read in self._read_key]
        except ExpressionError as error:
            return _problem(row.line, f"delivery.join.key: {error}", row.value)
        key = _key(found)
        if key is None:
            parts = zip(self.terms.key_parts, found, strict=True)
            text, value = next((text, value) for text, value in parts if join_key(value) is None)
            problem = f"delivery.join.key: {text} is {shown(value)}; expected an id"
            return _problem(row.line, problem, row.value)
        if key in self._rows:
            if row.value != self._rows[key][1]:
                self._ambiguous.add(key)
            said = _said(self.terms.key_parts, found)
            problem = f"the join key {said} was used by an earlier row; keys are unique"
            return unreadable(row.line, problem, row.value, "duplicate_key")
        self._rows[key] = ((file, row.line), row.value)
        return None

    def attach(self, line: int, scope: dict[str, Any]) -> Unread | None:
        """Put the partner of the row in `scope` beside it, or say why there is none."""
        name = self.terms.as_
        if name in scope:
            problem = f"the row has a field {name!r}, which the contract's `as: {name}` hides; rename that"
            return _problem(line, problem, scope)
        try:
            found = [read(scope) for read in self._read_on]
        except ExpressionError as error:
            return _problem(line, f"delivery.join.on: {error}", scope)
        key = _key(found)
        if key in self._ambiguous:
            said = _said(self.terms.on_parts, found)
            problem = f"{said} has several, different rows in {self.terms.source.path}"
            return unreadable(line, problem, scope, "join_ambiguous")
        if key is None or key not in self._rows:
            return self._without_partner(line, scope, found)
        place, scope[name] = self._rows[key]
        self.used.add(place)
        self._matched += 1
        return None

    def read(self) -> JoinRead:
        """What became of the join so far."""
        unused = len(self._rows) - len(self.used)
        return JoinRead(self.terms.as_, self.terms.source.path, self._matched, self._alone, unused)

    def _without_partner(self, line: int, scope: dict[str, Any], found: list[Any]) -> Unread | None:
        if self.terms.unmatched == "keep":
            scope[self.terms.as_] = None
            self._alone += 1
            return None
        problem = f"{_said(self.terms.on_parts, found)} has no row in {self.terms.source.path}"
        return unreadable(line, problem, scope, "join_missing")


def _key(found: list[Any]) -> Key | None:
    parts = [join_key(value) for value in found]
    return None if None in parts else tuple(part for part in parts if part is not None)


def _said(texts: tuple[str, ...], found: list[Any]) -> str:
    return ", ".join(f"{text} = {shown(value)}" for text, value in zip(texts, found, strict=True))


def _problem(line: int, problem: str, value: Mapping[str, Any]) -> Unread:
    return unreadable(line, problem, value, "unreadable_field")
