"""Columns of single values, converted as `rampart.delivery.fields` converts one value.

Each gives the converted column, and where it is not sure: there the row-by-row reading has the word.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from rampart.delivery.fields import EXACT
from rampart.delivery.moments import SECONDS
from rampart.records.canonical import MOMENT

# Python's white space, which has the ASCII separators that Unicode's White_Space property lacks.
BLANKS = "".join(chr(code) for code in range(0x3001) if chr(code).isspace())
_ISO = r"^(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:[0-5]\d(?:\.\d{1,6})?)(?:Z|\+00:00)$"


_SECOND = 1_000_000  # microseconds
_FIRST = -62_135_596_800 * _SECOND  # year 1
_LAST = 253_402_300_800 * _SECOND - 1  # the last microsecond of year 9999


@dataclass(frozen=True)
class Converted:
    """A column, and a mask of the same length that is true where its value is not sure."""

    values: Any  # pl.Series, or an Arrow array where it is nested
    unsure: pl.Series


def never(rows: int) -> pl.Series:
    """A mask that is nowhere true."""
    return pl.Series([False], dtype=pl.Boolean).new_from_index(0, rows)


def nothing(rows: int, kind: pl.DataType) -> pl.Series:
    """Nulls."""
    return pl.Series([None], dtype=kind).new_from_index(0, rows)


def beyond_exact(given: pl.Series) -> pl.Series:
    """Where a number may have been written as another one: a column of floats merges large integers."""
    if given.dtype != pl.Float64():
        return never(len(given))
    return (given.abs() >= EXACT).fill_null(value=False) | given.is_nan().fill_null(value=False)


def by_value(given: pl.Series, read: Callable[[Any], Any], dtype: pl.DataType) -> Converted:
    """`read` each different value once; where it raises `ValueError`, the column is not sure."""
    different = given.unique()
    found, bad = [], []
    for value in different.to_list():
        try:
            found.append(read(value))
            bad.append(False)
        except ValueError:
            found.append(None)
            bad.append(True)
    seen = pl.DataFrame({"given": different, "bad": bad, "found": pl.Series(found, dtype=dtype)})
    joined = given.to_frame("given").join(
        seen, on="given", how="left", nulls_equal=True, maintain_order="left"
    )
    return Converted(joined["found"], joined["bad"])


def names(given: pl.Series) -> Converted:
    """Identifiers, as `fields.name_or_none` reads them."""
    match given.dtype:
        case pl.String():
            stripped = given.str.strip_chars(BLANKS)
            return _sure(pl.select(pl.when(stripped != "").then(stripped)).to_series())
        case pl.Int64():
            return _sure(given.cast(pl.String))
        case pl.Float64():
            whole = (given == given.floor()) & (given.abs() < EXACT)
            text = pl.select(pl.when(whole).then(given)).to_series().cast(pl.Int64).cast(pl.String)
            return Converted(text, given.is_not_null() & ~whole.fill_null(value=False))
        case _:
            return _only_null(given)


def texts(given: pl.Series) -> Converted:
    """Text, as `fields.text_or_none` reads it."""
    return _sure(given) if given.dtype == pl.String() else _only_null(given)


def whole_numbers(given: pl.Series, read: Callable[[Any], Any]) -> Converted:
    """Whole numbers of 32 bits; `read` is `fields.whole_or_none`."""
    if given.dtype == pl.Int64():
        small = given.abs() < 2**31
        fits = pl.select(pl.when(small).then(given)).to_series().cast(pl.Int32)
        return Converted(fits, given.is_not_null() & ~small.fill_null(value=False))
    return by_value(given, read, pl.Int32()) if _is_scalar(given) else _only_null(given, pl.Int32())


def seconds(given: pl.Series, unit: str, read: Callable[[Any], Any]) -> Converted:
    """Durations; `read` is `moments.seconds_or_none` for the unit."""
    if given.dtype in (pl.Int64(), pl.Float64()) and unit in SECONDS:
        return _sure(given.cast(pl.Float64) * SECONDS[unit])
    return by_value(given, read, pl.Float64()) if _is_scalar(given) else _only_null(given, pl.Float64())


def moments(given: pl.Series, formats: tuple[str, ...], read: Callable[[Any], Any]) -> Converted:
    """Moments in UTC; `read` is `moments.moment_or_none`, asked where a value is no plain ISO 8601."""
    kind = pl.Datetime("us", "UTC")
    if not _is_scalar(given):
        return _only_null(given, kind)
    if given.dtype != pl.String() or formats[0] != "iso8601":
        return by_value(given, read, kind)
    if (cast := _all_in_utc(given)) is not None:
        return _sure(cast)
    text = given.str.extract(_ISO).str.replace(" ", "T", literal=True)
    found = text.str.to_datetime("%Y-%m-%dT%H:%M:%S%.f", time_unit="us", strict=False)
    found = found.dt.replace_time_zone("UTC")
    rest = given.is_not_null() & found.is_null()
    if not rest.any():
        return _sure(found)
    slowly = by_value(pl.select(pl.when(rest).then(given)).to_series(), read, kind)
    return Converted(pl.select(pl.coalesce(found, slowly.values)).to_series(), slowly.unsure & rest)


def _all_in_utc(given: pl.Series) -> pl.Series | None:
    """All of them at once, if every one is ISO 8601 with an offset; Arrow takes less of it than Python."""
    try:
        found = given.to_arrow().cast(pa.string()).cast(MOMENT)
    except pa.ArrowInvalid:
        return None
    first, last = (pc.fill_null(bound, 0).as_py() for bound in pc.min_max(found.cast(pa.int64())).values())
    in_range = first >= _FIRST and last <= _LAST  # Arrow goes beyond the years that Python has
    return pl.Series(pl.from_arrow(found)) if in_range else None


def _is_scalar(given: pl.Series) -> bool:
    return given.dtype in (pl.String(), pl.Int64(), pl.Float64(), pl.Boolean(), pl.Null())


def _sure(values: pl.Series) -> Converted:
    return Converted(values, never(len(values)))


def _only_null(given: pl.Series, dtype: pl.DataType | None = None) -> Converted:
    """Nothing can be read from values of this type; null is null."""
    return Converted(nothing(len(given), dtype or pl.String()), given.is_not_null())
