"""Labels as columns: each different label is read once, by the contract's scheme."""

from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa

from rampart.delivery.columnar.lines import Mask, Places
from rampart.delivery.columnar.paths import RowByRowError
from rampart.delivery.columnar.values import beyond_exact, series
from rampart.delivery.fields import EXACT
from rampart.records.canonical import RECORD

_SEPARATOR = "\x1f"  # in no number, and a text that holds it is left to the row-by-row reading
COLUMNS = ("raw_label", "ranking", "strength", "both_bad", "ratings", "category")
_SCHEMA = pa.schema([RECORD.field(name) for name in COLUMNS])
_SCALARS = (pl.String(), pl.Int64(), pl.Float64(), pl.Boolean(), pl.Null())

ReadLabel = Callable[[Any, int], dict[str, Any]]  # raw label and number of responses → fields of the record


def label_columns(given: Any, responses: Any, read: ReadLabel) -> tuple[pa.Table, Mask]:
    """The fields that a label fills (`COLUMNS`), and where they are not sure.

    Args:
        given: labels as delivered, scalars or lists of them (an Arrow array).
        responses: how many responses each is about.
        read: the reference; where it raises `ValueError` the row is not sure.
    """
    examples, which = _different(_keys(given), responses)
    found, bad = [], []
    labels, counts = (column.take(examples).to_pylist() for column in (given, responses))
    for value, many in zip(labels, counts, strict=True):
        try:
            found.append(read(value, many))
            bad.append(False)
        except ValueError:
            found.append(dict.fromkeys(COLUMNS))
            bad.append(True)
    each = pa.Table.from_pylist(found, _SCHEMA).take(pa.array(which))
    return each, np.array(bad, np.bool_)[which] | _odd(given)


def _different(keys: Any, responses: Any) -> tuple[Any, Places]:
    """A row for each different pair of a key and a number of responses, and which of them each row has."""
    many = responses.to_numpy().astype(np.int64)
    which_key = keys.dictionary_encode(null_encoding="encode").indices.to_numpy()
    pairs = pa.array(which_key * (many.max(initial=0) + 1) + many).dictionary_encode()
    which = pairs.indices.to_numpy()
    examples = np.empty(len(pairs.dictionary), np.int64)
    examples[which] = np.arange(len(which))
    return pa.array(examples), which


def _keys(labels: Any) -> Any:
    """One text for every different label."""
    if pa.types.is_string(labels.type):
        return labels
    given = series(labels)
    if given.dtype in _SCALARS:
        return given.cast(pl.String).to_arrow()
    if isinstance(given.dtype, pl.List) and given.dtype.inner in _SCALARS:
        joined = given.cast(pl.List(pl.String)).list.join(_SEPARATOR, ignore_nulls=False)
        # A list that holds a null is joined to null; it must not stand for rows without a label.
        return joined.zip_with(joined.is_not_null() | given.is_null(), pl.Series([_SEPARATOR])).to_arrow()
    raise RowByRowError("labels that are objects")


def _odd(labels: Any) -> Mask:
    """Lists that hold a null, or text that holds the separator: their key may be another list's too. And
    numbers that a column does not keep as they were written.
    """
    if not pa.types.is_list(labels.type):
        return beyond_exact(labels)
    given, odd = series(labels), pl.element().is_null()
    inner = given.dtype.inner  # type: ignore[attr-defined]  # a list
    if inner == pl.Float64():
        odd = odd | (pl.element().abs() >= EXACT) | pl.element().is_nan()
    if inner == pl.String():
        odd = odd | pl.element().str.contains(_SEPARATOR, literal=True)
    return given.list.eval(odd).list.any().fill_null(value=False).to_numpy()
