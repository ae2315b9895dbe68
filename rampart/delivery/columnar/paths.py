"""An expression of the contract's mapping as an expression over columns, where it only picks and arranges.

The dialect is JMESPath (https://jmespath.org/specification.html): a field of what is no object is null, and
so is an element of what is no list; a projection drops what is null.
"""

from dataclasses import dataclass
from functools import reduce
from typing import Any

import polars as pl

from contracts.language.expressions import parse

Node = dict[str, Any]


class RowByRowError(Exception):
    """What is asked for cannot be said over columns; the rows are read one by one."""


@dataclass(frozen=True)
class Column:
    """An expression and the type of its values; of a list written out (``[a, b]``), its `parts` as well."""

    expr: pl.Expr
    kind: pl.DataType
    parts: tuple["Column", ...] = ()


NOTHING = Column(pl.lit(None), pl.Null())


def column(text: str, schema: pl.Schema) -> Column:
    """`text` over the columns of `schema`.

    Raises `RowByRowError` where it does more than to pick fields, elements and parts of them.
    """
    top = {name: Column(pl.col(name), kind) for name, kind in schema.items()}
    return _top(parse(text), top)


def _top(node: Node, top: dict[str, Column]) -> Column:
    match node["type"]:
        case "field":
            return top.get(node["value"], NOTHING)
        case "multi_select_list":
            return _list([_top(child, top) for child in node["children"]])
        case "subexpression" | "index_expression":
            first, *rest = node["children"]
            return reduce(lambda at, part: _below(part, at), rest, _top(first, top))
        case "projection":
            left, right = node["children"]
            return _projected(left, right, _top(_unflattened(left), top))
        case _:
            raise RowByRowError(node["type"])


def _unflattened(node: Node) -> Node:
    return node["children"][0] if node["type"] == "flatten" else node


def _below(node: Node, at: Column) -> Column:
    """`node` as seen from the value `at`."""
    match node["type"]:
        case "field":
            return _field(at, node["value"])
        case "index":
            if not isinstance(at.kind, pl.List):
                return NOTHING
            return Column(at.expr.list.get(node["value"], null_on_oob=True), _inner(at.kind))
        case "identity":
            return at
        case "subexpression" | "index_expression":
            return reduce(lambda seen, part: _below(part, seen), node["children"], at)
        case "multi_select_dict":
            named = {pair["value"]: _below(pair["children"][0], at) for pair in node["children"]}
            return _object(named, at)
        case _:
            raise RowByRowError(node["type"])


def _field(at: Column, name: str) -> Column:
    if not isinstance(at.kind, pl.Struct):
        return NOTHING
    kinds = {field.name: field.dtype for field in at.kind.fields}
    if name not in kinds:
        return NOTHING
    return Column(at.expr.struct.field(name), _dtype(kinds[name]))


def _object(named: dict[str, Column], at: Column) -> Column:
    built = pl.struct([part.expr.alias(name) for name, part in named.items()])
    kind = pl.Struct([pl.Field(name, part.kind) for name, part in named.items()])
    return Column(pl.when(at.expr.is_not_null()).then(built), kind)


def _list(parts: list[Column]) -> Column:
    kinds = {part.kind for part in parts} - {pl.Null()}
    if len(kinds) > 1:
        raise RowByRowError("a list of several types")
    kind = kinds.pop() if kinds else pl.Null()
    return Column(pl.concat_list([part.expr.cast(kind) for part in parts]), pl.List(kind), tuple(parts))


def _projected(left: Node, right: Node, listed: Column) -> Column:
    if isinstance(listed.kind, pl.Null):
        return NOTHING
    if not isinstance(listed.kind, pl.List):
        raise RowByRowError("a projection of what is no list")
    inside = _inner(listed.kind)
    if left["type"] == "flatten" and isinstance(inside, pl.List | pl.Null):
        raise RowByRowError("lists within a list")
    each = _below(right, Column(pl.element(), inside))
    return Column(listed.expr.list.eval(each.expr).list.drop_nulls(), pl.List(each.kind))


def _inner(kind: pl.List) -> pl.DataType:
    return _dtype(kind.inner)


def _dtype(kind: Any) -> pl.DataType:
    return kind if isinstance(kind, pl.DataType) else kind()
