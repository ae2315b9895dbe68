"""The lines of a chunk of JSON lines, and which of them look like one object each."""

import re
from dataclasses import dataclass

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

    def __len__(self) -> int:
        return len(self.starts)

    def line(self, place: int | np.signedinteger) -> bytes:
        """One line as delivered, without its line end."""
        return self.data[self.starts[place] : self.ends[place]]

    def joined(self, chosen: Mask) -> bytes:
        """The chosen lines, each with a line end; the data themselves where that is all of them."""
        if chosen.all():
            return self.data
        return b"".join(self.line(place) + b"\n" for place in np.flatnonzero(chosen))


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
    return Lines(data, starts, ends, plain & ~_told_apart(data, starts, ends))


def _told_apart(data: bytes, starts: npt.NDArray[np.int64], ends: npt.NDArray[np.int64]) -> Mask:
    """Lines with a NUL, with half a character escaped, or that are not UTF-8."""
    odd = np.zeros(len(starts), np.bool_)
    places = [found.start() for found in re.finditer(b"\0", data)] if b"\0" in data else []
    text = _utf8(data)
    if text is None or text.str.contains(_FIRST_LOOK).any():
        places += [found.start() for exact in (_LONE_HALF, _NO_NUMBER) for found in exact.finditer(data)]
    odd[np.searchsorted(starts, np.array(places, np.int64), side="right") - 1] = True
    if text is None:
        for place, (start, end) in enumerate(zip(starts, ends, strict=True)):
            odd[place] |= _utf8(data[start:end]) is None
    return odd


def _utf8(data: bytes) -> pl.Series | None:
    """`data` as one text, without copying them; None where they are not UTF-8."""
    offsets = pa.py_buffer(np.array([0, len(data)], np.int64))
    text = pa.Array.from_buffers(pa.large_string(), 1, [None, offsets, pa.py_buffer(data)])
    try:
        text.validate(full=True)
    except pa.ArrowInvalid:
        return None
    return pl.Series(pl.from_arrow(text))
