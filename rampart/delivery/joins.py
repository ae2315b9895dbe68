"""Rows of other files, found by key: the texts a label file only points at."""

import re
from collections.abc import Mapping
from typing import Any

from contracts.expressions import ExpressionError, compiled
from contracts.mapping import Join
from rampart.delivery.readers.row import Row, Unread, shown, unreadable

Place = tuple[str, int]  # file and line

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


class JoinTable:
    """The rows of one joined source by key, and which of them were asked for."""

    def __init__(self, terms: Join, markers: Mapping[str, str] | None = None) -> None:
        self.terms = terms
        self.used: set[Place] = set()
        self._read_on = compiled(terms.on, markers)
        self._read_key = compiled(terms.key, markers)
        self._rows: dict[str, tuple[Place, dict[str, Any]]] = {}
        self._ambiguous: set[str] = set()  # keys under which different rows stand

    def take(self, file: str, row: Row) -> Unread | None:
        """Take in a row; or say why it cannot be a partner: no key, or one already taken."""
        try:
            found = self._read_key(row.value)
        except ExpressionError as error:
            return _problem(row.line, f"delivery.join.key: {error}", row.value)
        key = join_key(found)
        if key is None:
            problem = f"delivery.join.key: {self.terms.key} is {shown(found)}; expected an id"
            return _problem(row.line, problem, row.value)
        if key in self._rows:
            if row.value != self._rows[key][1]:
                self._ambiguous.add(key)
            problem = (
                f"the join key {self.terms.key} = {shown(found)} was used by an earlier row; keys are unique"
            )
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
            found = self._read_on(scope)
        except ExpressionError as error:
            return _problem(line, f"delivery.join.on: {error}", scope)
        key = join_key(found)
        if key is None or key not in self._rows:
            problem = f"{self.terms.on} = {shown(found)} has no row in {self.terms.source.path}"
            return unreadable(line, problem, scope, "join_missing")
        if key in self._ambiguous:
            problem = (
                f"{self.terms.on} = {shown(found)} has several, different rows in {self.terms.source.path}"
            )
            return unreadable(line, problem, scope, "join_ambiguous")
        place, scope[name] = self._rows[key]
        self.used.add(place)
        return None


def _problem(line: int, problem: str, value: Mapping[str, Any]) -> Unread:
    return unreadable(line, problem, value, "unreadable_field")
