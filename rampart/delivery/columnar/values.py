"""Columns of single values, converted as `rampart.delivery.fields` converts one value.

Each gives the converted column, and where it is not sure: there the row-by-row reading has the word.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from rampart.delivery.columnar.lines import Mask
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

    values: Any  # an Arrow array
    unsure: Mask


def never(rows: int) -> Mask:
    """A mask that is nowhere true."""
    return np.zeros(rows, np.bool_)


def series(given: Any) -> pl.Series:
    """An Arrow array for polars, which reads every value of a text anew: not for what stays as it is."""
    return pl.Series(pl.from_arrow(given))


def texts_of(given: pl.Series) -> Any:
    """A series of text as an Arrow array."""
    return given.to_arrow().cast(pa.string())


def different(given: Any) -> tuple[list[Any], npt.NDArray[np.int32]]:
    """The different values of an Arrow array of scalars, null among them, and for each value which it is."""
    encoded = given.dictionary_encode(null_encoding="encode")
    return encoded.dictionary.to_pylist(), encoded.indices.to_numpy()


def beyond_exact(given: Any) -> Mask:
    """Where a number may have been written as another one: a column of floats merges large integers."""
    if not pa.types.is_float64(given.type):
        return never(len(given))
    numbers = given.to_numpy(zero_copy_only=False)  # null as NaN
    large: Mask = ~(np.abs(numbers) < EXACT) & given.is_valid().to_numpy(zero_copy_only=False)
    return large


def by_value(given: Any, read: Callable[[Any], Any], kind: Any) -> Converted:
    """`read` each different value once; where it raises `ValueError`, the column is not sure."""
    values, which = different(given)
    found, bad = [], []
    for value in values:
        try:
            found.append(read(value))
            bad.append(False)
        except ValueError:
            found.append(None)
            bad.append(True)
    return Converted(pa.array(found, kind).take(pa.array(which)), np.array(bad, np.bool_)[which])


def names(given: Any) -> Converted:
    """Identifiers, as `fields.name_or_none` reads them."""
    kind = given.type
    if pa.types.is_string(kind):
        return _sure(given if _are_names(given) else _stripped(given))
    if pa.types.is_int64(kind):
        return _sure(given.cast(pa.string()))
    if pa.types.is_float64(kind):
        numbers = series(given)
        whole = (numbers == numbers.floor()) & (numbers.abs() < EXACT)
        text = pl.select(pl.when(whole).then(numbers)).to_series().cast(pl.Int64).cast(pl.String)
        unsure = numbers.is_not_null() & ~whole.fill_null(value=False)
        return Converted(texts_of(text), unsure.to_numpy())
    return _only_null(given)


def _are_names(given: Any) -> bool:
    """Are all of them printable ASCII without a blank, so that there is nothing to strip?"""
    shortest = pc.min(pc.binary_length(given)).as_py()
    if not shortest:
        return False
    _, offsets, data = given.buffers()
    ends = np.frombuffer(offsets, np.int32)
    octets = np.frombuffer(data, np.uint8)[ends[given.offset] : ends[given.offset + len(given)]]
    return bool(octets.min() > ord(" ") and octets.max() < 0x7F)


def _stripped(given: Any) -> Any:
    stripped = series(given).str.strip_chars(BLANKS)
    return texts_of(pl.select(pl.when(stripped != "").then(stripped)).to_series())


def texts(given: Any) -> Converted:
    """Text, as `fields.text_or_none` reads it."""
    return _sure(given) if pa.types.is_string(given.type) else _only_null(given)


def whole_numbers(given: Any, read: Callable[[Any], Any]) -> Converted:
    """Whole numbers of 32 bits; `read` is `fields.whole_or_none`."""
    if pa.types.is_int64(given.type):
        small = pc.and_(pc.greater(given, -(2**31)), pc.less(given, 2**31))
        unsure = pc.fill_null(pc.invert(small), fill_value=False)
        fits = pc.if_else(small, given, pa.scalar(None, given.type)) if pc.any(unsure).as_py() else given
        return Converted(fits.cast(pa.int32()), unsure.to_numpy(zero_copy_only=False))
    return by_value(given, read, pa.int32()) if _is_scalar(given) else _only_null(given, pa.int32())


def seconds(given: Any, unit: str, read: Callable[[Any], Any]) -> Converted:
    """Durations; `read` is `moments.seconds_or_none` for the unit."""
    if (pa.types.is_int64(given.type) or pa.types.is_float64(given.type)) and unit in SECONDS:
        return _sure((series(given).cast(pl.Float64) * SECONDS[unit]).to_arrow())
    return by_value(given, read, pa.float64()) if _is_scalar(given) else _only_null(given, pa.float64())


def moments(given: Any, formats: tuple[str, ...], read: Callable[[Any], Any]) -> Converted:
    """Moments in UTC; `read` is `moments.moment_or_none`, asked where a value is no plain ISO 8601."""
    if not _is_scalar(given):
        return _only_null(given, MOMENT)
    if not pa.types.is_string(given.type) or formats[0] != "iso8601":
        return by_value(given, read, MOMENT)
    if (cast := _all_in_utc(given)) is not None:
        return _sure(cast)
    text = series(given)
    plain = text.str.extract(_ISO).str.replace(" ", "T", literal=True)
    found = plain.str.to_datetime("%Y-%m-%dT%H:%M:%S%.f", time_unit="us", strict=False)
    found = found.dt.replace_time_zone("UTC")
    rest = text.is_not_null() & found.is_null()
    if not rest.any():
        return _sure(found.to_arrow())
    slowly = by_value(texts_of(pl.select(pl.when(rest).then(text)).to_series()), read, MOMENT)
    return Converted(pc.coalesce(found.to_arrow(), slowly.values), slowly.unsure & rest.to_numpy())


def _all_in_utc(given: Any) -> Any:
    """All of them at once, if every one is ISO 8601 with an offset; Arrow takes less of it than Python."""
    try:
        found = given.cast(MOMENT)
    except pa.ArrowInvalid:
        return None
    first, last = (pc.fill_null(bound, 0).as_py() for bound in pc.min_max(found.cast(pa.int64())).values())
    in_range = first >= _FIRST and last <= _LAST  # Arrow goes beyond the years that Python has
    return found if in_range else None


def _is_scalar(given: Any) -> bool:
    return not pa.types.is_nested(given.type)


def _sure(values: Any) -> Converted:
    return Converted(values, never(len(values)))


def _only_null(given: Any, kind: Any = None) -> Converted:
    """Nothing can be read from values of this type; null is null."""
    return Converted(
        pa.nulls(len(given), kind or pa.string()), given.is_valid().to_numpy(zero_copy_only=False)
    )
