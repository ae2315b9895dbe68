"""JSON lines → columns of the types that most of them have, and which lines have others."""

from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.json as pj

from rampart.delivery.columnar.lines import Lines, Mask
from rampart.delivery.columnar.shape import fitting_rows, shape_of

SAMPLE = 200  # lines of a chunk that are looked at for its types
_FEW = 32  # lines; fewer are not worth another try as columns


@dataclass(frozen=True)
class Parsed:
    """Columns of the lines that fit, in their order; `fits` tells which lines those are."""

    table: pa.Table
    fits: Mask


def parsed(lines: Lines, names: frozenset[str], known: pa.Schema | None) -> tuple[Parsed, pa.Schema]:
    """The plain lines of a chunk as columns `names`, and what is now known of their types.

    A line that is no JSON, or whose values are of other types than most, does not fit. Keys besides `names`
    are not looked at, but must be JSON.
    """
    fits, rows = lines.plain, int(lines.plain.sum())
    shape = known or _sampled(lines, names, None)
    table = _table(lines.joined(fits), rows, shape)
    if table is None:
        shape = _sampled(lines, names, known)
        fits = _fitting(lines, fits, shape)
        table = _table(lines.joined(fits), int(fits.sum()), shape)
    if table is None:
        table, fits = _by_halves(lines, fits, shape)
    return Parsed(table, fits), shape


def _sampled(lines: Lines, names: frozenset[str], known: pa.Schema | None) -> pa.Schema:
    plain = np.flatnonzero(lines.plain)
    rows = (_object(lines.line(place)) for place in plain[:: max(1, len(plain) // SAMPLE)])
    return shape_of((row for row in rows if row is not None), names, known)


def _object(line: bytes) -> dict[str, Any] | None:
    try:
        row = msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return row if isinstance(row, dict) else None


def _table(data: bytes, rows: int, shape: pa.Schema) -> pa.Table | None:
    """`rows` objects as columns; None where it is not that many, or one does not fit."""
    if not rows:
        return shape.empty_table()
    try:
        table = pj.read_json(
            pa.BufferReader(data),
            read_options=pj.ReadOptions(use_threads=False, block_size=len(data) + 1),
            parse_options=pj.ParseOptions(explicit_schema=shape, unexpected_field_behavior="ignore"),
        )
        table.validate(full=True)
    except pa.ArrowInvalid:
        return None
    return table if table.num_rows == rows else None


def _fitting(lines: Lines, plain: Mask, shape: pa.Schema) -> Mask:
    decoder = fitting_rows(shape)
    fits = plain.copy()
    for place in np.flatnonzero(plain):
        try:
            decoder.decode(lines.line(place))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            fits[place] = False
    return fits


def _by_halves(lines: Lines, fits: Mask, shape: pa.Schema) -> tuple[pa.Table, Mask]:
    """What is left when lines fit one by one and yet not together, as one with a key that stands twice."""
    places = np.flatnonzero(fits)
    tables, taken = [shape.empty_table()], np.zeros(len(lines), np.bool_)
    waiting = [places]
    while waiting:
        some = waiting.pop()
        chosen = np.zeros(len(lines), np.bool_)
        chosen[some] = True
        table = _table(lines.joined(chosen), len(some), shape)
        if table is not None:
            tables.append(table)
            taken |= chosen
        elif len(some) > _FEW:
            middle = len(some) // 2
            waiting += [some[middle:], some[:middle]]  # the first half next: rows keep their order
    return pa.concat_tables(tables), taken
