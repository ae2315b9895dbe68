"""The words our expressions have beyond JMESPath's own.

Each is listed, with an example, in `docs/mapping.md`; a test holds that page to this file. Each gives null
for null, so that a missing field stays missing.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from jmespath import functions

TEXT: Any = {"types": ["string", "null"]}
LIST: Any = {"types": ["array", "null"]}
PATTERN: Any = {"types": ["string"]}
ANY: Any = {"types": []}


class ExpressionError(ValueError):
    """An expression that cannot be read, uses a function the dialect lacks, or fails on a row."""


def truthy(value: Any) -> bool:
    """JMESPath's own truth: null, false and what is empty are false; zero is true."""
    return value is not None and value is not False and value not in ("", [], {})


class Words(functions.Functions):
    """JMESPath's functions and the dialect's own."""

    def __init__(self, markers: Mapping[str, str] | None = None) -> None:
        self._markers = dict(markers or {})

    @functions.signature(ANY, ANY, ANY)
    def _func_if(self, test: Any, then: Any, otherwise: Any) -> Any:
        """Never called: `contracts.interpreter` reads only the branch taken."""

    @functions.signature({"types": ["object", "null"]}, PATTERN)
    def _func_match(self, row: dict[str, Any] | None, pattern: str) -> dict[str, Any] | None:
        return None if row is None else {key: row[key] for key in row if regex(pattern).search(key)}

    @functions.signature(TEXT, {"types": ["string"]})
    def _func_split(self, text: str | None, separator: str) -> list[str] | None:
        return None if text is None else text.split(_written(separator))

    @functions.signature(TEXT, {"types": ["string"]}, {"types": ["string"]})
    def _func_replace(self, text: str | None, old: str, new: str) -> str | None:
        return None if text is None else text.replace(_written(old), _written(new))

    @functions.signature({"types": ["string"]}, {"types": ["array-string"]})
    def _func_join(self, separator: str, texts: list[str]) -> str:
        return _written(separator).join(texts)

    @functions.signature(TEXT)
    def _func_lower(self, text: str | None) -> str | None:
        return None if text is None else text.lower()

    @functions.signature(TEXT)
    def _func_trim(self, text: str | None) -> str | None:
        return None if text is None else text.strip()

    @functions.signature(TEXT, PATTERN)
    def _func_capture(self, text: str | None, pattern: str) -> str | None:
        found = regex(pattern).search(text) if text is not None else None
        return None if found is None else found.group(1 if found.re.groups else 0)

    @functions.signature(TEXT)
    def _func_from_json(self, text: str | None) -> Any:
        try:
            return None if text is None else json.loads(text, parse_constant=_no_number)
        except ValueError as error:
            raise ExpressionError(f"from_json: {error} in {str(text)[:60]!r}") from error

    @functions.signature(LIST, {"types": ["number", "null"]})
    def _func_pick(self, items: list[Any] | None, index: float | None) -> Any:
        if items is None or index is None or not 0 <= index < len(items) or int(index) != index:
            return None
        return items[int(index)]

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
        return list(_turns(text, self._markers))

    @functions.signature(LIST, LIST)
    def _func_shared(self, one: list[Any] | None, other: list[Any] | None) -> list[Any] | None:
        return None if one is None or other is None else one[: _shared(one, other)]

    @functions.signature(LIST, LIST)
    def _func_beyond(self, one: list[Any] | None, other: list[Any] | None) -> str | None:
        return None if one is None or other is None else _spoken(one[_shared(one, other) :])


def regex(pattern: str) -> re.Pattern[str]:
    """`pattern` compiled (a dot matches line ends too); `ExpressionError` if it is no regular expression."""
    try:
        return re.compile(pattern, re.DOTALL)
    except re.error as error:
        raise ExpressionError(f"{pattern!r} is not a regular expression: {error}") from error


def _written(text: str) -> str:
    r"""`text` with \n and \t as line end and tab: JMESPath's quotes leave them two characters each."""
    return text.replace("\\n", "\n").replace("\\t", "\t")


def _no_number(text: str) -> Any:
    raise ValueError(f"{text} is not JSON")


def _turns(text: str, markers: Mapping[str, str]) -> Iterator[dict[str, str]]:
    roles = {marker: role for role, marker in markers.items()}
    longest_first = sorted(roles, key=len, reverse=True)
    pieces = re.split("(" + "|".join(map(re.escape, longest_first)) + ")", text)
    if pieces[0].strip():
        raise ExpressionError(f"turns: text before the first marker: {pieces[0][:60]!r}")
    for marker, content in zip(pieces[1::2], pieces[2::2], strict=True):
        yield {"role": roles[marker], "content": content.strip()}


def _shared(one: list[Any], other: list[Any]) -> int:
    """How many messages two conversations begin with in common, leaving each at least its last."""
    most = max(min(len(one), len(other)) - 1, 0)
    return next((place for place in range(most) if one[place] != other[place]), most)


def _spoken(messages: list[Any]) -> str:
    """The first message's text; later ones follow with their role, a blank line between."""
    for place, message in enumerate(messages):
        if not isinstance(message, dict) or not isinstance(message.get("content"), str):
            raise ExpressionError(
                f"beyond: message {place} of what differs is not {{role: ..., content: text}}; write "
                "conversation[].{role: from, content: value} with your own field names"
            )
    first = [message["content"] for message in messages[:1]]
    return "\n\n".join(
        [*first, *(f"{message.get('role')}: {message['content']}" for message in messages[1:])]
    )
