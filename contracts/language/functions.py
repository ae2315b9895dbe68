"""The words our expressions have beyond JMESPath's own.

Each is listed, with an example, in `docs/mapping.md`; a test holds that page to this file. Each gives null
for null, so that a missing field stays missing.
"""

import json
from collections.abc import Mapping
from typing import Any

from jmespath import functions

from contracts.language import conversations
from contracts.language.expression_error import ExpressionError
from contracts.language.limits import within
from contracts.language.patterns import pattern as readable
from contracts.language.words import word

TEXT: Any = {"types": ["string", "null"]}
LIST: Any = {"types": ["array", "null"]}
NUMBER: Any = {"types": ["number", "null"]}
PATTERN: Any = {"types": ["string"]}
ANY: Any = {"types": []}


def truthy(value: Any) -> bool:
    """JMESPath's own truth: null, false and what is empty are false; zero is true."""
    return value is not None and value is not False and value not in ("", [], {})


class Words(functions.Functions):
    """JMESPath's functions and the dialect's own."""

    def __init__(self, markers: Mapping[str, str] | None = None) -> None:
        self._markers = dict(markers or {})

    @functions.signature(ANY, ANY, ANY)
    def _func_if(self, test: Any, then: Any, otherwise: Any) -> Any:
        """Never called: `contracts.language.interpreter` reads only the branch taken."""

    @functions.signature(ANY, ANY)
    def _func_default(self, value: Any, otherwise: Any) -> Any:
        blank = value is None or (isinstance(value, str) and not value.strip())
        return otherwise if blank else value

    @functions.signature({"types": ["object", "null"]}, PATTERN)
    def _func_match(self, row: dict[str, Any] | None, pattern: str) -> dict[str, Any] | None:
        return None if row is None else {key: row[key] for key in row if readable(pattern).search(key)}

    @functions.signature(TEXT, {"types": ["string"]})
    def _func_split(self, text: str | None, separator: str) -> list[str] | None:
        return None if text is None else text.split(_written(separator))

    @functions.signature(TEXT, {"types": ["string"]}, {"types": ["string"]})
    def _func_replace(self, text: str | None, old: str, new: str) -> str | None:
        if text is None:
            return None
        old, new = _written(old), _written(new)
        within("replace", len(text) + text.count(old) * (len(new) - len(old)))
        return text.replace(old, new)

    @functions.signature({"types": ["string"]}, {"types": ["array-string"]})
    def _func_join(self, separator: str, texts: list[str]) -> str:
        between = _written(separator)
        within("join", sum(map(len, texts)) + len(between) * len(texts))
        return between.join(texts)

    @functions.signature(ANY)
    def _func_to_string(self, value: Any) -> Any:
        if isinstance(value, str):
            return value
        return within("to_string", json.dumps(value, separators=(",", ":"), default=str))

    @functions.signature(TEXT)
    def _func_lower(self, text: str | None) -> str | None:
        return None if text is None else text.lower()

    @functions.signature(TEXT)
    def _func_trim(self, text: str | None) -> str | None:
        return None if text is None else text.strip()

    @functions.signature(TEXT, PATTERN)
    def _func_capture(self, text: str | None, pattern: str) -> str | None:
        found = readable(pattern).search(text) if text is not None else None
        return None if found is None else found.group(1 if found.re.groups else 0)

    @functions.signature(TEXT)
    def _func_from_json(self, text: str | None) -> Any:
        try:
            return None if text is None else json.loads(text, parse_constant=_no_number)
        except ValueError as error:
            raise ExpressionError(f"from_json: {error} in {str(text)[:60]!r}") from error

    @functions.signature(LIST, NUMBER)
    def _func_pick(self, items: list[Any] | None, index: float | None) -> Any:
        if items is None or index is None or not 0 <= index < len(items) or int(index) != index:
            return None
        return items[int(index)]

    @functions.signature(LIST, NUMBER)
    def _func_take(self, items: list[Any] | None, count: float | None) -> list[Any] | None:
        return None if items is None or count is None else items[: max(int(count), 0)]

    @functions.signature(LIST)
    def _func_indices(self, items: list[Any] | None) -> list[int] | None:
        return None if items is None else list(range(len(items)))

    @functions.signature(LIST, LIST)
    def _func_places(self, items: list[Any] | None, order: list[Any] | None) -> list[int | None] | None:
        if items is None or order is None:
            return None
        ranks: dict[str, int] = {}
        for rank, named in enumerate(order, start=1):
            for name in named if isinstance(named, list) else [named]:
                ranks.setdefault(word(name), rank)
        return [ranks.get(word(item)) for item in items]

    @functions.signature(NUMBER, NUMBER)
    def _func_subtract(self, one: float | None, other: float | None) -> float | None:
        return None if one is None or other is None else one - other

    @functions.signature(NUMBER, NUMBER)
    def _func_divide(self, one: float | None, other: float | None) -> float | None:
        return None if one is None or not other else one / other

    @functions.signature({"types": ["object", "null"]})
    def _func_zip(self, columns: dict[str, Any] | None) -> list[dict[str, Any]] | None:
        if columns is None or any(column is None for column in columns.values()):
            return None
        if other := sorted(key for key, column in columns.items() if not isinstance(column, list)):
            raise ExpressionError(f"zip: {other[0]!r} is not a list")
        lengths = {key: len(column) for key, column in columns.items()}
        if len(set(lengths.values())) > 1:
            raise ExpressionError(f"zip: the lists differ in length: {lengths}")
        return [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]

    @functions.signature(TEXT)
    def _func_turns(self, text: str | None) -> list[dict[str, str]] | None:
        if text is None:
            return None
        if not self._markers:
            raise ExpressionError("turns: the contract's delivery.transcript.markers says where turns begin")
        return list(conversations.turns(text, self._markers))

    @functions.signature(LIST, LIST)
    def _func_shared(self, one: list[Any] | None, other: list[Any] | None) -> list[Any] | None:
        return None if one is None or other is None else one[: conversations.shared(one, other)]

    @functions.signature(LIST, LIST)
    def _func_beyond(self, one: list[Any] | None, other: list[Any] | None) -> str | None:
        if one is None or other is None:
            return None
        return conversations.spoken(one[conversations.shared(one, other) :])

    @functions.signature(LIST, LIST)
    def _func_same_context(self, one: list[Any] | None, other: list[Any] | None) -> bool | None:
        return None if one is None or other is None else one[:-1] == other[:-1]


def _written(text: str) -> str:
    r"""`text` with \n and \t as line end and tab: JMESPath's quotes leave them two characters each."""
    return text.replace("\\n", "\n").replace("\\t", "\t")


def _no_number(text: str) -> Any:
    raise ValueError(f"{text} is not JSON")
