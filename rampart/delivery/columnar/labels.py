"""Labels as columns: each different label is read once, by the contract's scheme."""

from collections.abc import Callable
from typing import Any

import polars as pl

from rampart.delivery.columnar.paths import RowByRowError
from rampart.records.canonical import RECORD

_SEPARATOR = "\x1f"  # in no number, and a text that holds it is left to the row-by-row reading
_COLUMNS = ("raw_label", "ranking", "strength", "both_bad", "ratings", "category")
_SCALARS = (pl.String(), pl.Int64(), pl.Float64(), pl.Boolean(), pl.Null())

ReadLabel = Callable[[Any, int], dict[str, Any]]  # raw label and number of responses → fields of the record


def label_columns(given: pl.Series, responses: pl.Series, read: ReadLabel) -> tuple[pl.DataFrame, pl.Series]:
    """The fields that a label fills, and where they are not sure.

    Args:
        given: labels as delivered, scalars or lists of them.
        responses: how many responses each is about.
        read: the reference; where it raises `ValueError` the row is not sure.
    """
    keyed = pl.DataFrame({"key": _keys(given), "many": responses, "raw": given})
    different = keyed.unique(["key", "many"], keep="first", maintain_order=True)
    found, bad = [], []
    for raw, many in zip(different["raw"].to_list(), different["many"].to_list(), strict=True):
        try:
            found.append(read(raw, many))
            bad.append(False)
        except ValueError:
            found.append(dict.fromkeys(_COLUMNS))
            bad.append(True)
    schema = {name: pl.Schema(RECORD)[name] for name in _COLUMNS}
    seen = pl.DataFrame(found, schema=schema, orient="row", infer_schema_length=None)
    seen = seen.with_columns(different["key"], different["many"], pl.Series("bad", bad, dtype=pl.Boolean))
    joined = keyed.select("key", "many").join(
        seen, on=["key", "many"], how="left", nulls_equal=True, maintain_order="left"
    )
    return joined.select(_COLUMNS), joined["bad"] | _odd(given)


def _keys(given: pl.Series) -> pl.Series:
    """One text for every different label."""
    if given.dtype in _SCALARS:
        return given.cast(pl.String)
    if isinstance(given.dtype, pl.List) and given.dtype.inner in _SCALARS:
        return given.cast(pl.List(pl.String)).list.join(_SEPARATOR, ignore_nulls=False)
    raise RowByRowError("labels that are objects")


def _odd(given: pl.Series) -> pl.Series:
    """Lists that hold a null, or text that holds the separator: their key may be another list's too."""
    none = pl.Series([False], dtype=pl.Boolean).new_from_index(0, len(given))
    if not isinstance(given.dtype, pl.List):
        return none
    odd = pl.element().is_null()
    if given.dtype.inner == pl.String():
        odd = odd | pl.element().str.contains(_SEPARATOR, literal=True)
    return given.list.eval(odd).list.any().fill_null(value=False)
