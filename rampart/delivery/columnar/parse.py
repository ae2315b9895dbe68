"""JSON lines → columns of the types that most of them have, and which lines have others."""

from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.json as pj

from rampart.delivery.columnar.lines import Lines, Mask, Places
from rampart.delivery.columnar.shape import fitting_rows, shape_of

SAMPLE = 200  # lines of a chunk that are looked at for its types
_FEW = 32  # lines; fewer are not worth another try as columns
BLOCK = 2 << 20  # bytes parsed at once: what belongs to them stays in the processor's cache

Part = tuple[pa.Table, Places]  # lines, and their places


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
    shape = known or _sampled(lines, names, None)
    places = np.flatnonzero(lines.plain)
    table = _table(lines, places, shape)
    if table is None and known and (shape := _sampled(lines, names, known)) != known:
        table = _table(lines, places, shape)
    if table is not None:
        return Parsed(table, lines.plain), shape
    # Some line does not fit. The others of its block only are tried one by one, which takes half of a parse.
    parts = np.split(places, np.flatnonzero(np.diff(lines.starts[places] // BLOCK)) + 1)
    read = [one for part in parts for one in _read(lines, part, shape)]
    fits = np.zeros(len(lines), np.bool_)
    fits[np.concatenate([part for _, part in read])] = True
    return Parsed(pa.concat_tables([table for table, _ in read]), fits), shape


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


def _table(lines: Lines, places: Places, shape: pa.Schema) -> pa.Table | None:
    """The lines at `places` as columns, one row each; None where one does not fit."""
    if not len(places):
        return shape.empty_table()
    longest = int((lines.ends - lines.starts)[places].max())
    try:
        table = pj.read_json(
            pa.BufferReader(lines.joined(places)),
            read_options=pj.ReadOptions(use_threads=False, block_size=max(BLOCK, 2 * longest)),
            parse_options=pj.ParseOptions(explicit_schema=shape, unexpected_field_behavior="ignore"),
        )
        table.validate(full=lines.halves)
    except pa.ArrowInvalid:
        return None
    return table if table.num_rows == len(places) else None


def _read(lines: Lines, places: Places, shape: pa.Schema) -> list[Part]:
    """The lines at `places` together, or else those that fit by themselves."""
    table = _table(lines, places, shape)
    return _by_halves(lines, _fitting(lines, places, shape), shape) if table is None else [(table, places)]


def _fitting(lines: Lines, places: Places, shape: pa.Schema) -> Places:
    """Those of the lines at `places` that fit by themselves."""
    decoder = fitting_rows(shape)
    fits = np.ones(len(places), np.bool_)
    for number, place in enumerate(places):
        try:
            decoder.decode(lines.line(place))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            fits[number] = False
    return places[fits]


def _by_halves(lines: Lines, places: Places, shape: pa.Schema) -> list[Part]:
    """Tables of lines that fit one by one, and yet may not fit together: a key may stand twice."""
    parts, waiting = [(shape.empty_table(), places[:0])], [places]
    while waiting:
        some = waiting.pop()
        table = _table(lines, some, shape)
        if table is not None:
            parts.append((table, some))
        elif len(some) > _FEW:
            middle = len(some) // 2
            waiting += [some[middle:], some[:middle]]  # the first half next: rows keep their order
    return parts
