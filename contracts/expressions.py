"""The expression dialect of the field mapping: JMESPath plus the few words vendor files call for.

JMESPath is specified at https://jmespath.org/specification.html. The functions added here are listed, with an
example each, in `docs/mapping.md`; a test holds that page to this file.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import jmespath
from jmespath import exceptions, functions

Read = Callable[[Mapping[str, Any]], Any]
TEXT: Any = {"types": ["string", "null"]}
ANY: Any = {"types": []}


class ExpressionError(ValueError):
    """An expression that cannot be read, or uses a function the dialect does not have."""


class Words(functions.Functions):
    """The dialect's own functions. Each gives null for null, so a missing field stays missing."""

    def __init__(self, markers: Mapping[str, str] | None = None) -> None:
        self._markers = dict(markers or {})

    @functions.signature(ANY, ANY, ANY)
    def _func_if(self, test: Any, then: Any, otherwise: Any) -> Any:
        return then if test is not None and test not in (False, "", [], {}) else otherwise

    @functions.signature({"types": ["object", "null"]}, {"types": ["string"]})
    def _func_match(self, row: dict[str, Any] | None, pattern: str) -> dict[str, Any] | None:
        return None if row is None else {key: row[key] for key in row if re.search(pattern, key)}

    @functions.signature(TEXT, {"types": ["string"]})
    def _func_split(self, text: str | None, separator: str) -> list[str] | None:
        return None if text is None else text.split(separator)

    @functions.signature(TEXT, {"types": ["string"]}, {"types": ["string"]})
    def _func_replace(self, text: str | None, old: str, new: str) -> str | None:
        return None if text is None else text.replace(old, new)

    @functions.signature(TEXT)
    def _func_lower(self, text: str | None) -> str | None:
        return None if text is None else text.lower()

    @functions.signature(TEXT)
    def _func_trim(self, text: str | None) -> str | None:
        return None if text is None else text.strip()

    @functions.signature(TEXT, {"types": ["string"]})
    def _func_capture(self, text: str | None, pattern: str) -> str | None:
        found = re.search(pattern, text, re.DOTALL) if text is not None else None
        return None if found is None else found.group(1 if found.re.groups else 0)

    @functions.signature(TEXT)
    def _func_from_json(self, text: str | None) -> Any:
        try:
            return None if text is None else json.loads(text)
        except ValueError as error:
            raise ExpressionError(f"from_json: {error} in {text[:60]!r}" if text else str(error)) from error

    @functions.signature({"types": ["array", "null"]}, {"types": ["number", "null"]})
    def _func_pick(self, items: list[Any] | None, index: float | None) -> Any:
        if items is None or index is None or int(index) != index or not 0 <= index < len(items):
            return None
        return items[int(index)]

    @functions.signature({"types": ["object"]})
    def _func_zip(self, columns: dict[str, list[Any] | None]) -> list[dict[str, Any]] | None:
        if any(column is None for column in columns.values()):
            return None
        lengths = {key: len(column or ()) for key, column in columns.items()}
        if len(set(lengths.values())) > 1:
            raise ExpressionError(f"zip: the lists differ in length: {lengths}")
        return [
            dict(zip(columns, values, strict=True))
            for values in zip(*(column or () for column in columns.values()), strict=True)
        ]

    @functions.signature(TEXT)
    def _func_turns(self, text: str | None) -> list[dict[str, str]] | None:
        if text is None:
            return None
        if not self._markers:
            raise ExpressionError("turns: the contract's delivery.transcript.markers says where turns begin")
        return list(_turns(text, self._markers))


def _turns(text: str, markers: Mapping[str, str]) -> Iterator[dict[str, str]]:
    roles = {marker: role for role, marker in markers.items()}
    longest_first = sorted(roles, key=len, reverse=True)
    pieces = re.split("(" + "|".join(map(re.escape, longest_first)) + ")", text)
    if pieces[0].strip():
        raise ExpressionError(f"turns: text before the first marker: {pieces[0][:60]!r}")
    for marker, content in zip(pieces[1::2], pieces[2::2], strict=True):
        yield {"role": roles[marker], "content": content.strip()}


def _walk(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
        for child in node.get("children", ()):
            yield from _walk(child)
    elif isinstance(node, list):
        for child in node:
            yield from _walk(child)


def parse(text: str) -> Any:
    """The syntax tree of `text`; `ExpressionError` says what is wrong and where."""
    try:
        tree = jmespath.compile(text).parsed
    except exceptions.JMESPathError as error:
        raise ExpressionError(
            f"{text!r} is not a JMESPath expression: {str(error).splitlines()[0]}"
        ) from error
    known = Words.FUNCTION_TABLE
    for node in _walk(tree):
        if node["type"] == "function_expression" and node["value"] not in known:
            raise ExpressionError(
                f"{text!r} calls {node['value']}(), which does not exist; there are: "
                + ", ".join(sorted(known))
            )
    return tree


def fields_read(text: str) -> frozenset[str]:
    """Top-level fields of the row that `text` reads, as far as its syntax shows."""
    return frozenset(_roots(parse(text)))


def _roots(node: dict[str, Any]) -> Iterator[str]:
    match node["type"]:
        case "field":
            yield node["value"]
        case (
            "subexpression"
            | "pipe"
            | "index_expression"
            | "projection"
            | "filter_projection"
            | "flatten"
            | "value_projection"
        ):
            # Only the left side starts at the row; the rest continues from what it found.
            yield from _roots(node["children"][0])
        case "literal" | "current" | "identity" | "expref" | "slice" | "index":
            return
        case _:
            for child in node["children"]:
                yield from _roots(child)


def compiled(text: str, markers: Mapping[str, str] | None = None) -> Read:
    """`text` as a function of the row.

    Plain paths (``a`` and ``a.b``), which most mappings are, skip the interpreter; the outcome is the same.
    Raises `ExpressionError` when reading a row fails, for example `to_number` of a list.
    """
    tree = parse(text)
    if (path := _plain_path(tree)) is not None:
        return _path_reader(path)
    expression = jmespath.compile(text)
    options = jmespath.Options(custom_functions=Words(markers))

    def read(row: Mapping[str, Any]) -> Any:
        try:
            return expression.search(row, options)
        except exceptions.JMESPathError as error:
            raise ExpressionError(str(error).splitlines()[0]) from error

    return read


def _plain_path(tree: dict[str, Any]) -> tuple[str, ...] | None:
    if tree["type"] == "field":
        return (tree["value"],)
    if tree["type"] == "subexpression":
        parts = [_plain_path(child) for child in tree["children"]]
        if all(part is not None for part in parts):
            return tuple(name for part in parts if part for name in part)
    return None


def _path_reader(path: tuple[str, ...]) -> Read:
    def read(row: Mapping[str, Any]) -> Any:
        value: Any = row
        for name in path:
            if not isinstance(value, dict):
                return None
            value = value.get(name)
        return value

    return read
