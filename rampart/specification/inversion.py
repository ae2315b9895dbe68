"""Expressions read backwards: a row from which they give the values wanted, where that can be told.

Nothing here is relied on: what comes of it is read back by the contract before anyone sees it
(`rampart.specification.example_rows`). An expression it cannot read backwards only leaves its field out.
"""

from collections.abc import Mapping
from typing import Any

from contracts.language.expressions import parse
from rampart.specification.row_draft import (
    LAST,
    Json,
    NotInvertibleError,
    Pieces,
    RowDraft,
    Step,
    Steps,
    Turns,
)

ROW = "row"  # the root of the vendor's row; a joined row's root is the name the contract gives it
Node = dict[str, Any]
# Functions whose value is, for an example, what they were given.
_THROUGH = frozenset(
    {
        "to_number",
        "to_string",
        "lower",
        "trim",
        "default",
        "not_null",
        "replace",
        "capture",
        "to_array",
        "take",
    }
)
_STEPS: Mapping[str, Step] = {"turns": Turns(), "from_json": Json()}
_SWAPPED = {"lt": "gt", "lte": "gte", "gt": "lt", "gte": "lte", "eq": "ne", "ne": "eq"}


class Inversion:
    """Puts values where expressions would find them.

    Args:
        draft: the rows under construction.
        aliases: where names the contract gives (`as`) are in truth; None for what no row can set, such as an
            element's number. The longest path that fits holds.
    """

    def __init__(self, draft: RowDraft, aliases: Mapping[Steps, Steps | None]) -> None:
        self._draft = draft
        self._aliases = dict(aliases)

    def put(self, text: str, value: Any, root: str = ROW) -> None:
        """Have `text` give `value` on the row; `NotInvertibleError` where nobody can tell how."""
        self._put(parse(text), value, (root,))

    def hold(self, text: str) -> None:
        """Have the condition `text` be true, as far as that can be told."""
        self._hold(parse(text), True, (ROW,))

    def elements(self, text: str) -> list[dict[Steps, Steps | None]]:
        """Where ``value`` of every element of the list or object `text` is, as aliases below the element.

        Two elements where the row may hold any number.
        """
        node = parse(text)
        count = len(node["children"]) if node["type"].startswith("multi_select") else 2
        return [self._element(node, (ROW,), place) for place in range(count)]

    def path(self, text: str, root: str = ROW) -> Steps:
        """The one place `text` reads."""
        return self._path(parse(text), (root,))

    def _true(self, path: Steps) -> Steps | None:
        """`path` with the names the contract gives replaced by what they stand for."""
        for length in range(len(path), 0, -1):
            if path[:length] in self._aliases:
                stands_for = self._aliases[path[:length]]
                return None if stands_for is None else self._true((*stands_for, *path[length:]))
        return path

    def _set(self, path: Steps, value: Any) -> None:
        place = self._true(path)
        if place is not None:
            self._draft.put(place, value)

    def _path(self, node: Node, base: Steps) -> Steps:  # noqa: PLR0911 (one return a kind of node)
        below = node["children"]
        match node["type"]:
            case "field":
                return (*base, node["value"])
            case "current" | "identity":
                return base
            case "subexpression" | "pipe":
                for child in below:
                    base = self._path(child, base)
                return base
            case "index_expression" if below[1]["type"] == "index":
                place = below[1]["value"]
                return (*self._path(below[0], base), LAST if place == -1 else place)
            case "index_expression" | "flatten" | "or_expression":
                return self._path(below[0], base)
            case "projection" | "filter_projection" if below[1]["type"] == "identity":
                return self._path(below[0], base)
            case "function_expression":
                return self._path_of_call(node, base)
            case kind:
                raise NotInvertibleError(f"a {kind.replace('_', ' ')} has no one place")

    def _path_of_call(self, node: Node, base: Steps) -> Steps:
        name, given = node["value"], node["children"]
        if name in _THROUGH:
            return self._path(given[0], base)
        if name in _STEPS:
            return (*self._path(given[0], base), _STEPS[name])
        if name == "split" and given[1]["type"] == "literal":
            return (*self._path(given[0], base), Pieces(given[1]["value"].replace("\\n", "\n")))
        if name == "pick" and given[1]["type"] == "literal":
            return (*self._path(given[0], base), int(given[1]["value"]))
        raise NotInvertibleError(f"{name}() cannot be read backwards")

    def _put(self, node: Node, value: Any, base: Steps) -> None:  # noqa: PLR0912 (a branch a kind of node)
        below = node["children"]
        match node["type"]:
            case "literal":
                return
            case "multi_select_dict":
                for pair in below:
                    if isinstance(value, Mapping) and pair["value"] in value:
                        self._put(pair["children"][0], value[pair["value"]], base)
            case "multi_select_list":
                for child, each in zip(below, _list(value), strict=False):
                    self._put(child, each, base)
            case "projection" | "filter_projection":
                self._put_projection(node, _list(value), base)
            case "subexpression" | "pipe":
                for child in below[:-1]:
                    base = self._path(child, base)
                self._put(below[-1], value, base)
            case "or_expression":
                self._put(below[0], value, base)
            case "function_expression":
                self._put_call(node, value, base)
            case "comparator" | "and_expression" | "not_expression" if isinstance(value, bool):
                self._hold(node, value, base)
            case _:
                self._set(self._path(node, base), value)

    def _put_projection(self, node: Node, values: list[Any], base: Steps) -> None:
        source, then, *condition = node["children"]
        source = source["children"][0] if source["type"] == "flatten" else source
        for place, value in enumerate(values, _first(source)):
            if source["type"] == "multi_select_list":
                self._put(source["children"][place], value, base)
                continue
            here = (*self._path(source, base), place)
            self._put(then, value, here)
            if condition:
                self._hold(condition[0], True, here)

    def _put_call(self, node: Node, value: Any, base: Steps) -> None:  # noqa: PLR0912 (a branch a function)
        name, given = node["value"], node["children"]
        match name:
            case "if":
                self._put_choice(given, value, base)
            case "join":
                self._put_joined(given, str(value), base)
            case "zip":
                self._put_columns(given[0]["children"], _list(value), base)
            case "map":
                for place, each in enumerate(_list(value)):
                    self._put(given[0]["children"][0], each, (*self._path(given[1], base), place))
            case "places":
                self._put_places(given, _list(value), base)
            case "shared":
                for each in given:
                    self._put(each, value, base)
            case "beyond":
                self._set((*self._path(given[0], base), LAST), {"role": "assistant", "content": value})
            case "subtract":
                self._put(given[0], value, base)
                self._put(given[1], 0, base)
            case "divide":
                by = given[1]["value"] if given[1]["type"] == "literal" else 1
                self._put(given[0], value * by, base)
                self._put(given[1], by, base)
            case "keys":
                return
            case _ if name in _THROUGH:
                self._put(given[0], value, base)
            case _:
                self._set(self._path_of_call(node, base), value)

    def _put_columns(self, pairs: list[Node], values: list[Any], base: Steps) -> None:
        """Lists that `zip` reads side by side; an object's keys and values are two of them."""
        columns = {
            pair["value"]: [each[pair["value"]] for each in values if pair["value"] in each] for pair in pairs
        }
        called = {pair["children"][0].get("value"): pair for pair in pairs}
        for pair in pairs:
            column = columns[pair["value"]]
            if "keys" in called and pair is called.get("values"):
                place = self._path(pair["children"][0]["children"][0], base)
                self._set(place, dict(zip(columns[called["keys"]["value"]], column, strict=True)))
            else:
                self._put(pair["children"][0], column, base)

    def _put_choice(self, given: list[Node], value: Any, base: Steps) -> None:
        test, then, otherwise = given
        if then["type"] == "literal" and then["value"] == value:
            self._hold(test, True, base)
            return
        self._hold(test, False, base)
        self._put(otherwise, value, base)

    def _put_joined(self, given: list[Node], value: str, base: Steps) -> None:
        if given[1]["type"] != "multi_select_list":
            self._put(given[1], [value], base)
            return
        parts = given[1]["children"]
        pieces = value.split(given[0]["value"]) if given[0]["type"] == "literal" else []
        for place, part in enumerate(parts):
            self._put(part, pieces[place] if len(pieces) == len(parts) else value, base)

    def _put_places(self, given: list[Node], ranks: list[Any], base: Steps) -> None:
        names = response_names(len(ranks))
        self._put(given[0], names, base)
        self._put(given[1], [name for _, name in sorted(zip(ranks, names, strict=True))], base)

    def _hold(self, node: Node, wanted: bool, base: Steps) -> None:
        below = node["children"]
        match node["type"]:
            case "comparator":
                self._compare(node["value"] if wanted else _opposite(node["value"]), below, base)
            case "and_expression" if wanted:
                for child in below:
                    self._hold(child, True, base)
            case "or_expression" | "and_expression":
                self._hold(below[0], wanted, base)
            case "not_expression":
                self._hold(below[0], not wanted, base)
            case "function_expression" if node["value"] == "same_context":
                return
            case "field" | "subexpression" if wanted:
                self._set(self._path(node, base), True)

    def _compare(self, sign: str, sides: list[Node], base: Steps) -> None:
        one, other = sides
        if one["type"] == "literal":
            one, other, sign = other, one, _SWAPPED.get(sign, sign) if sign not in ("eq", "ne") else sign
        if other["type"] != "literal":
            low_high = {"gt": (2, 1), "gte": (2, 1), "lt": (1, 2), "lte": (1, 2), "eq": (1, 1)}.get(sign)
            if low_high and one["type"] == "field" and other["type"] == "field" and other["value"] != "null":
                self._put(one, low_high[0], base)
                self._put(other, low_high[1], base)
            return
        value = other["value"]
        if sign == "eq":
            self._put(one, value, base)
        elif sign in ("gt", "lt") and one["type"] in ("field", "subexpression"):
            self._put(one, value + (1 if sign == "gt" else -1), base)
        elif sign in ("gte", "lte") and one["type"] in ("field", "subexpression"):
            self._put(one, value, base)

    def _element(  # noqa: PLR0911 (one return a kind of node)
        self, node: Node, base: Steps, place: int
    ) -> dict[Steps, Steps | None]:
        below = node["children"]
        match node["type"]:
            case "multi_select_dict":
                return {(): self._path(below[place]["children"][0], base)}
            case "multi_select_list" if below[place]["type"] == "multi_select_dict":
                return self._columns(below[place]["children"], base)
            case "multi_select_list":
                return {(): self._path(below[place], base)}
            case "projection" | "filter_projection" if below[1]["type"] == "multi_select_dict":
                return self._columns(below[1]["children"], (*self._path(below[0], base), place))
            case "function_expression" if node["value"] == "zip":
                columns = self._columns(below[0]["children"], base)
                return {key: path and (*path, place) for key, path in columns.items()}
            case "projection" | "filter_projection":
                return {(): self._path(below[1], (*self._path(below[0], base), place))}
            case _:
                return {(): (*self._path(node, base), place)}

    def _columns(self, pairs: list[Node], base: Steps) -> dict[Steps, Steps | None]:
        return {
            (pair["value"],): None
            if (given := pair["children"][0])["type"] == "literal"
            else self._path(given, base)
            for pair in pairs
        }


def response_names(count: int) -> list[str]:
    """What an example calls its responses."""
    return [f"r{place}" for place in range(1, count + 1)]


def _first(source: Node) -> int:
    """The place in the list of the first element a projection reads: a slice may begin further on."""
    if source["type"] != "index_expression" or source["children"][1]["type"] != "slice":
        return 0
    start = source["children"][1]["children"][0] or 0
    return int(start) if start >= 0 else LAST


def _list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]


def _opposite(sign: str) -> str:
    return {"eq": "ne", "ne": "eq", "gt": "lte", "lt": "gte", "gte": "lt", "lte": "gt"}[sign]
