"""Rows of other files, found by key: the texts a label file only points at."""

from collections.abc import Iterable, Mapping
from typing import Any

from contracts.expressions import ExpressionError, compiled
from contracts.mapping import Join
from rampart.delivery.readers.row import EXCERPT, Row, Unread
from rampart.records.schemes import word


class JoinTable:
    """The rows of one joined source by key, and which of them were asked for.

    Every row of the source ends in exactly one of: used, unused, quarantined.
    """

    def __init__(self, terms: Join, markers: Mapping[str, str] | None = None) -> None:
        self.terms = terms
        self._read_on = compiled(terms.on, markers)
        self._read_key = compiled(terms.key, markers)
        self._rows: dict[str, dict[str, Any]] = {}
        self._home: dict[str, str] = {}  # key -> file it came from
        self._used: set[str] = set()

    def add(self, file: str, rows: Iterable[Row | Unread]) -> list[Unread]:
        """Take in `rows` of `file`; give back what could not be a partner: no key, or one already taken."""
        taken = (row if isinstance(row, Unread) else self._take(file, row) for row in rows)
        return [problem for problem in taken if problem]

    def attach(self, line: int, scope: dict[str, Any]) -> Unread | None:
        """Put the partner of the row in `scope` beside it, or say why there is none."""
        name = self.terms.as_
        if name in scope:
            problem = f"the row has a field {name!r}, which the contract's `as: {name}` hides; rename that"
            return Unread(line, "unreadable_field", problem, str(scope)[:EXCERPT])
        try:
            key = self._read_on(scope)
        except ExpressionError as error:
            return Unread(line, "unreadable_field", f"delivery.join.on: {error}", str(scope)[:EXCERPT])
        found = None if key is None else self._rows.get(word(key))
        if found is None:
            problem = f"{self.terms.on} = {key!r} has no row in {self.terms.source.path}"
            return Unread(line, "join_missing", problem, str(scope)[:EXCERPT])
        scope[name] = found
        self._used.add(word(key))
        return None

    def used_in(self, file: str) -> int:
        """How many rows of `file` were asked for at least once."""
        return sum(self._home[key] == file for key in self._used)

    def _take(self, file: str, row: Row) -> Unread | None:
        key, excerpt = None, str(row.value)[:EXCERPT]
        try:
            key = self._read_key(row.value)
        except ExpressionError as error:
            return Unread(row.line, "unreadable_field", f"delivery.join.key: {error}", excerpt)
        if key is None or isinstance(key, dict | list):
            problem = f"the join key {self.terms.key} is {key!r}; expected an id"
            return Unread(row.line, "unreadable_field", problem, excerpt)
        if word(key) in self._rows:
            problem = f"the join key {self.terms.key} = {key!r} was used by an earlier row; keys are unique"
            return Unread(row.line, "duplicate_key", problem, excerpt)
        self._rows[word(key)] = row.value
        self._home[word(key)] = file
        return None
