"""The lines of a chunk of JSON lines, and which of them look like one object each."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from rampart.delivery.limits import MAX_VALUES

_OPEN, _CLOSE, _LINE_END, _RETURN = b"{}\n\r"
# What readers of JSON do not agree about: half of a surrogate pair without the half before it (the other way
# round all refuse it), and words for numbers that are none. A first look tells whether either may be there.
_FIRST_LOOK = r"\\u[dD][c-fC-F]|NaN[\s,\]}]|Inf[\s,\]}]|Infinity"
_LONE_HALF = re.compile(rb"(?<!\\u[dD][89abAB][0-9a-fA-F]{2})\\u[dD][c-fC-F]")
_NO_NUMBER = re.compile(rb"[:,\[]\s*-?(NaN|Inf)")

Mask = npt.NDArray[np.bool_]
Places = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Lines:
    """Lines of `data`: where each starts, where it ends (its line end excluded), and whether it looks plain.

    A plain line begins with { and ends with }, is UTF-8, and holds nothing that readers of JSON treat in
    different ways. No value spans two lines if all of them are plain, so that as many objects as lines means
    one object a line.
    """

    data: bytes
    starts: npt.NDArray[np.int64]
    ends: npt.NDArray[np.int64]
    plain: Mask
    halves: bool  # may half a surrogate pair stand in one, escaped? Else what is unescaped is UTF-8 as well

    def __len__(self) -> int:
        return len(self.starts)

    def line(self, place: int | np.signedinteger) -> bytes:
        """One line as delivered, without its line end."""
        return self.data[self.starts[place] : self.ends[place]]

    def joined(self, places: Places) -> memoryview:
        """The lines at `places`, which ascend, with a line end between two; one run of them is not copied."""
        whole = memoryview(self.data)
        runs = [whole[self.starts[first] : self.ends[last]] for first, last in runs_of(places)]
        return runs[0] if len(runs) == 1 else memoryview(b"\n".join(runs))


def runs_of(places: Places) -> Iterator[tuple[np.int64, np.int64]]:
    """First and last of every run of neighbours among `places`, which ascend."""
    edges = np.flatnonzero(np.diff(places) != 1)
    firsts, lasts = np.concatenate([[0], edges + 1]), np.append(edges, len(places) - 1)
    if len(places):
        yield from zip(places[firsts], places[lasts], strict=True)


def lines_of(data: bytes) -> Lines:
    """The lines of `data`, which begin and end with it; they end in LF or CRLF."""
    octets = np.frombuffer(data, np.uint8)
    ends = np.flatnonzero(octets == _LINE_END).astype(np.int64)
    if not data.endswith(b"\n"):
        ends = np.append(ends, len(data))
    starts = np.concatenate([np.zeros(1, np.int64), ends[:-1] + 1])
    returned = (ends > starts) & (octets[np.maximum(ends - 1, 0)] == _RETURN)
    last = octets[np.maximum(ends - 1 - returned, 0)]
    first = octets[np.minimum(starts, len(octets) - 1)]  # of an empty line its end, which opens nothing
    plain = (first == _OPEN) & (last == _CLOSE) & (ends - starts <= MAX_VALUES)
    odd, halves = _told_apart(data, starts)
    return Lines(data, starts, ends, plain & ~odd, halves)


def _told_apart(data: bytes, starts: npt.NDArray[np.int64]) -> tuple[Mask, bool]:
    """Lines with a NUL, with half a character escaped, or that are not UTF-8; and were halves looked for?"""
    odd = np.zeros(len(starts), np.bool_)
    if b"\0" in data:
        nuls = [found.start() for found in re.finditer(b"\0", data)]
        odd[np.searchsorted(starts, np.array(nuls, np.int64), side="right") - 1] = True
    lines = _in_place(data, starts)
    odd[list(_not_utf8(lines))] = True
    good = np.flatnonzero(~odd)
    runs = [lines.slice(first, last - first + 1) for first, last in runs_of(good)]
    text = pl.Series(pl.from_arrow(pa.chunked_array(runs, lines.type)), dtype=pl.String)
    closer = good[text.str.contains(_FIRST_LOOK).arg_true().to_numpy()]
    for place in closer:
        line = lines[place].as_buffer().to_pybytes()
        odd[place] = any(exact.search(line) for exact in (_LONE_HALF, _NO_NUMBER))
    return odd, len(closer) > 0


def _in_place(data: bytes, starts: npt.NDArray[np.int64]) -> Any:
    """The lines with their ends as an Arrow array, without copying them.

    Not all of them as one text: polars copies long ones, which took longer than to look through them.
    """
    offsets = pa.py_buffer(np.append(starts, len(data)))
    return pa.Array.from_buffers(pa.large_string(), len(starts), [None, offsets, pa.py_buffer(data)])


def _not_utf8(lines: Any) -> Iterator[int]:
    """Places of the lines that are not UTF-8: most often none, or a few that halving finds."""
    waiting = [(0, len(lines))]
    while waiting:
        start, many = waiting.pop()
        try:
            lines.slice(start, many).validate(full=True)
        except pa.ArrowInvalid:
            half = many // 2
            if half:
                waiting += [(start, half), (start + half, many - half)]
            else:
                yield start
