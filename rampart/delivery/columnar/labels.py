"""Labels as columns: each different label is read once, by the contract's scheme."""

from collections.abc import Callable
from typing import Any

import polars as pl
import pyarrow as pa

from rampart.delivery.columnar.paths import RowByRowError
from rampart.delivery.columnar.values import beyond_exact
from rampart.delivery.fields import EXACT
from rampart.records.canonical import RECORD

_SEPARATOR = "\x1f"  # in no number, and a text that holds it is left to the row-by-row reading
COLUMNS = ("raw_label", "ranking", "strength", "both_bad", "ratings", "category")
_SCHEMA = pa.schema([RECORD.field(name) for name in COLUMNS])
_SCALARS = (pl.String(), pl.Int64(), pl.Float64(), pl.Boolean(), pl.Null())

ReadLabel = Callable[[Any, int], dict[str, Any]]  # raw label and number of responses → fields of the record


def label_columns(given: Any, responses: Any, read: ReadLabel) -> tuple[pa.Table, pl.Series]:
    """The fields that a label fills (`COLUMNS`), and where they are not sure.

    Args:
        given: labels as delivered, scalars or lists of them (an Arrow array).
        responses: how many responses each is about.
        read: the reference; where it raises `ValueError` the row is not sure.
    """
    raw = pl.Series(pl.from_arrow(given))
    keyed = pl.DataFrame({"key": _keys(raw), "many": pl.Series(pl.from_arrow(responses)), "raw": raw})
    different = keyed.unique(["key", "many"], keep="first", maintain_order=True).with_row_index("place")
    found, bad = [], []
    for value, many in zip(different["raw"].to_list(), different["many"].to_list(), strict=True):
        try:
            found.append(read(value, many))
            bad.append(False)
        except ValueError:
            found.append(dict.fromkeys(COLUMNS))
            bad.append(True)
    places = keyed.select("key", "many").join(
        different.select("key", "many", "place"),
        on=["key", "many"],
        how="left",
        nulls_equal=True,
        maintain_order="left",
    )["place"]
    each = pa.Table.from_pylist(found, _SCHEMA).take(places.to_arrow())
    return each, pl.Series(bad, dtype=pl.Boolean).gather(places) | _odd(raw)


def _keys(given: pl.Series) -> pl.Series:
    """One text for every different label."""
    if given.dtype in _SCALARS:
        return given.cast(pl.String)
    if isinstance(given.dtype, pl.List) and given.dtype.inner in _SCALARS:
        joined = given.cast(pl.List(pl.String)).list.join(_SEPARATOR, ignore_nulls=False)
        # A list that holds a null is joined to null; it must not stand for rows without a label.
        return joined.zip_with(joined.is_not_null() | given.is_null(), pl.Series([_SEPARATOR]))
    raise RowByRowError("labels that are objects")


def _odd(given: pl.Series) -> pl.Series:
    """Lists that hold a null, or text that holds the separator: their key may be another list's too. And
    numbers that a column does not keep as they were written.
    """
    if not isinstance(given.dtype, pl.List):
        return beyond_exact(given)
    odd = pl.element().is_null()
    if given.dtype.inner == pl.Float64():
        odd = odd | (pl.element().abs() >= EXACT) | pl.element().is_nan()
    if given.dtype.inner == pl.String():
        odd = odd | pl.element().str.contains(_SEPARATOR, literal=True)
    return given.list.eval(odd).list.any().fill_null(value=False)
