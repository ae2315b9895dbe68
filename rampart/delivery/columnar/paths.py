"""An expression of the contract's mapping over columns, where it only picks and arranges.

The dialect is JMESPath (https://jmespath.org/specification.html): a field of what is no object is null, and
so is an element of what is no list. Nothing is copied but what is rearranged.
"""

from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from contracts.language.expressions import parse
from rampart.delivery.columnar.shape import sayable

Node = dict[str, Any]


class RowByRowError(Exception):
    """What is asked for cannot be said over columns; the rows are read one by one."""


@dataclass(frozen=True)
class Picked:
    """One value for every row; of a list written out (``[a, b]``), its `parts` as well."""

    values: Any  # pa.Array
    parts: tuple["Picked", ...] = ()

    @property
    def kind(self) -> Any:
        """The Arrow type of the values."""
        return self.values.type


def picked(text: str | None, table: pa.Table) -> Picked:
    """What the expression `text` is for every row of `table`; null where there is no expression.

    Projections keep null elements, which JMESPath drops: who takes a list must not be sure of such rows.
    Raises `RowByRowError` where the expression does more than to pick fields, elements and parts of them.
    """
    return _top(parse(text), table) if text else _nothing(table.num_rows)


def _nothing(rows: int) -> Picked:
    return Picked(pa.nulls(rows))


def _top(node: Node, table: pa.Table) -> Picked:
    match node["type"]:
        case "field":
            _must_be_sayable(node["value"])
            if node["value"] not in table.schema.names:
                return _nothing(table.num_rows)
            return Picked(_whole(table.column(node["value"])))
        case "multi_select_list":
            return _list([_top(child, table) for child in node["children"]], table.num_rows)
        case "subexpression" | "index_expression":
            first, *rest = node["children"]
            return reduce(lambda at, part: _below(part, at), rest, _top(first, table))
        case "projection":
            left, right = node["children"]
            flat = left["type"] == "flatten"
            return _projected(right, _top(left["children"][0] if flat else left, table), flat)
        case _:
            raise RowByRowError(node["type"])


def _below(node: Node, at: Picked) -> Picked:
    """`node` as seen from the values `at`."""
    match node["type"]:
        case "field":
            return _field(at, node["value"])
        case "index":
            if not pa.types.is_list(at.kind):
                return _nothing(len(at.values))
            listed = pl.Series(pl.from_arrow(at.values))
            return Picked(listed.list.get(node["value"], null_on_oob=True).to_arrow())
        case "identity":
            return at
        case "subexpression" | "index_expression":
            return reduce(lambda seen, part: _below(part, seen), node["children"], at)
        case "multi_select_dict":
            named = {pair["value"]: _below(pair["children"][0], at) for pair in node["children"]}
            return _object(named, at)
        case _:
            raise RowByRowError(node["type"])


def _must_be_sayable(name: str) -> None:
    if not sayable(name):
        raise RowByRowError("a name that no column has")


def _field(at: Picked, name: str) -> Picked:
    _must_be_sayable(name)
    if not pa.types.is_struct(at.kind) or at.kind.get_field_index(name) < 0:
        return _nothing(len(at.values))
    # The kernel, and not the array's own child, which forgets the objects that are null.
    return Picked(pc.struct_field(at.values, [at.kind.get_field_index(name)]))


def _object(named: dict[str, Picked], at: Picked) -> Picked:
    null = at.values.is_null() if at.values.null_count else None
    return Picked(
        pa.StructArray.from_arrays([part.values for part in named.values()], list(named), mask=null)
    )


def _list(parts: list[Picked], rows: int) -> Picked:
    kinds = {part.kind for part in parts} - {pa.null()}
    if len(kinds) > 1:
        raise RowByRowError("a list of several types")
    kind = kinds.pop() if kinds else pa.null()
    return Picked(side_by_side([part.values.cast(kind) for part in parts], rows), tuple(parts))


def side_by_side(columns: list[Any], rows: int) -> Any:
    """For each of so many `rows` a list of its values in all `columns`, which are of one type."""
    order = np.arange(len(columns) * rows).reshape(len(columns), rows).T.ravel()
    offsets = pa.array(np.arange(rows + 1, dtype=np.int32) * len(columns))
    return pa.ListArray.from_arrays(offsets, pa.concat_arrays(columns).take(pa.array(order)))


def _projected(right: Node, listed: Picked, flatten: bool) -> Picked:
    if pa.types.is_null(listed.kind):
        return listed
    if not pa.types.is_list(listed.kind):
        raise RowByRowError("a projection of what is no list")
    inside = listed.kind.value_type
    if flatten and (pa.types.is_list(inside) or pa.types.is_null(inside)):
        raise RowByRowError("lists within a list")
    each = _below(right, Picked(listed.values.flatten()))
    return Picked(lists_of(lengths(listed.values), each.values, listed.values))


def lengths(listed: Any) -> Any:
    """How many elements each list has, none where it is null, as int32."""
    return pc.fill_null(pc.list_value_length(listed), 0)


def lists_of(many: Any, elements: Any, null_like: Any = None) -> Any:
    """Lists of so `many` elements each, null where `null_like` is, out of all elements in their order."""
    ends = np.cumsum(many.to_numpy(zero_copy_only=False), dtype=np.int32)
    offsets = pa.array(np.concatenate([np.zeros(1, np.int32), ends]))
    null = null_like.is_null() if null_like is not None and null_like.null_count else None
    return pa.ListArray.from_arrays(offsets, elements, mask=null)


def _whole(column: Any) -> Any:
    return column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)
