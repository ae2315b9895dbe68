"""Texts → hashes of their word pairs, for many texts at once and without a Python object a word.

Case, punctuation and white space are taken away first, so they never tell two texts apart. A word is what
stands between blanks; in Chinese and Japanese, which write none, it is a character. (Thai, Lao and Khmer
write none either: there a phrase counts as a word, and fewer edits hide a copy.)
"""

from dataclasses import dataclass

import numpy as np
import polars as pl
import polars_hash as plh
import pyarrow as pa
from numpy.typing import NDArray

EDGE = "\x1f"  # stands before and after each part of a text, so that first and last words make two pairs too
_BLANK = 0x20
_CJK = (0xE3, 0xE9)  # first bytes of UTF-8 for U+3000 (kana) to U+9FFF (Han)


def _fold(byte: int) -> int:
    character = chr(byte)
    if byte >= 0x80 or character == EDGE:
        return byte
    return ord(character.lower()) if character.isalnum() else _BLANK


_FOLDED = bytes(map(_fold, range(256)))
# Punctuation beyond ASCII, as (first byte, least and most second byte, length): General Punctuation with its
# quotes and dashes, that of CJK, and what of Latin-1 is no letter.
_MARKS = ((0xE2, 0x80, 0x81, 3), (0xE3, 0x80, 0x80, 3), (0xC2, 0x80, 0xBF, 2))


@dataclass(frozen=True)
class Shingles:
    """Hashes of all texts one after another; those of text `i` are `hashes[starts[i]:starts[i + 1]]`."""

    hashes: NDArray[np.uint64]
    starts: NDArray[np.int64]


def word_pairs(parts: pl.Series) -> Shingles:
    """Hashes of the pairs of neighbouring words in each text.

    `parts` has the parts of each text (a list of strings, none of them null), across which no pair reaches. A
    text of n words in p parts has n + p pairs; one without parts has a single pair, of nothing.
    """
    return word_runs(parts, 2)


def word_runs(parts: pl.Series, length: int) -> Shingles:
    """Hashes of all runs of `length` words of each text; of `parts`, the edges count as words too.

    One run begins at each word and edge. Those that begin within the last words of a text reach beyond it,
    and are equal to no run without an edge.
    """
    opened = pl.lit(f"{EDGE} ") + pl.col("parts").list.join(f" {EDGE} ") + pl.lit(" ")
    folded, rows = _folded(parts.to_frame("parts").select(opened)["literal"])
    beyond = np.frombuffer(f"{EDGE} ".encode() * (length - 1), np.uint8)
    folded = np.append(folded, beyond)
    words = _word_starts(folded)
    bounds = np.append(words, len(folded))
    hashes = np.empty(len(bounds) - length, np.uint64)
    for first in range(length):  # runs that begin where one ended lie side by side, and are hashed at once
        hashes[first::length] = _wyhash(folded, bounds[first::length])
    return Shingles(hashes, np.searchsorted(words, rows))


def _folded(texts: pl.Series) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """All `texts` as UTF-8 in lower case, one blank after each word, and where each text begins and ends."""
    _, offsets, data = texts.str.to_lowercase().to_arrow().cast(pa.large_string()).buffers()
    rows = np.frombuffer(offsets, np.int64)[: len(texts) + 1]
    raw = np.frombuffer(bytearray(data)[: rows[-1]].translate(_FOLDED), np.uint8)
    for first, least, most, length in _MARKS:
        at = np.flatnonzero(raw == first)
        at = at[(raw[at + 1] >= least) & (raw[at + 1] <= most)]
        for byte in range(length):
            raw[at + byte] = _BLANK
    blank = raw == _BLANK
    kept = ~blank
    kept[1:] |= ~blank[:-1]
    lengths = np.add.reduceat(kept, rows[:-1], dtype=np.int64)
    return np.compress(kept, raw), np.append(0, np.cumsum(lengths))


def _word_starts(folded: NDArray[np.uint8]) -> NDArray[np.int64]:
    starts = (folded >= _CJK[0]) & (folded <= _CJK[1])
    starts[0] = True
    starts[1:] |= folded[:-1] == _BLANK
    return np.flatnonzero(starts)


def _wyhash(data: NDArray[np.uint8], bounds: NDArray[np.int64]) -> NDArray[np.uint64]:
    """wyhash of the bytes of `data` from each bound to the next: the same on every machine."""
    buffers = [None, pa.py_buffer(np.ascontiguousarray(bounds)), pa.py_buffer(data)]
    pieces = pa.LargeBinaryArray.from_buffers(pa.large_binary(), len(bounds) - 1, buffers)
    hashed = pl.Series("piece", pl.from_arrow(pieces)).to_frame().select(plh.col("piece").nchash.wyhash())
    return hashed["piece"].to_numpy()
