"""Texts → hashes of their word pairs, for many texts at once and without a Python object a word.

Case, punctuation and white space are taken away first, so they never tell two texts apart. A word is what
stands between blanks; in Chinese and Japanese, which write none, it is a character. (Thai, Lao and Khmer
write none either: there a phrase counts as a word, and fewer edits hide a copy.)
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import polars as pl
import pyarrow as pa
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Places = NDArray[np.int64]
Words64 = NDArray[np.uint64]

EDGE = "\x1f"  # stands before and after each part of a text, so that first and last words make two pairs too
_BLANK = 0x20
_CJK = (0xE3, 0xE9)  # first bytes of UTF-8 for U+3000 (kana) to U+9FFF (Han)
_AT_ONCE = 1 << 19  # bytes of text
_BLOCK = 8  # bytes of a word that are hashed at a time
_LONGEST = 256  # bytes of a word that are hashed; words are far shorter, and a longer one is a made-up one
_ALL = np.uint64(2**64 - 1)
_SPREAD = np.uint64(0x9E3779B97F4A7C15)  # odd, so that no two numbers become one


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


def edged(*lists: str) -> pl.Expr:
    """Each text in one string, an edge before and after each of its parts, which are in columns of lists."""
    between = f" {EDGE} "
    # An empty list is no part: it would give all texts that have one a pair in common.
    joined = [pl.when(pl.col(name).list.len() > 0).then(pl.col(name).list.join(between)) for name in lists]
    parts = pl.concat_str(joined, separator=between, ignore_nulls=True)
    return pl.concat_str(pl.lit(between[1:]), parts, pl.lit(" "))


def word_runs(parts: pl.Series, length: int) -> Shingles:
    """Hashes of all runs of `length` words of each text; of `parts`, the edges count as words too.

    `parts` has a list of strings for each text, none of them null. One run begins at each word and edge: a
    text of n words in p parts has n + p of them, and one without parts a single one. Those that begin within
    the last words of a text reach beyond it, and are equal to no run without an edge.
    """
    some = list(run_slices(parts.to_frame("parts").select(edged("parts")).to_series(), length))
    hashes = [np.empty(0, np.uint64), *(each.hashes for each in some)]
    sizes = [np.zeros(1, np.int64), *(np.diff(each.starts) for each in some)]
    return Shingles(np.concatenate(hashes), np.cumsum(np.concatenate(sizes)))


def run_slices(texts: pl.Series, length: int) -> Iterator[Shingles]:
    """The same of texts that are `edged`: of some of them at a time, whose words fit a processor's cache."""
    data, rows = _bytes_of(texts)
    cased = _with_letters_beyond_ascii(data, rows)
    if len(cased):
        data, rows = _bytes_of(texts.scatter(cased, texts[cased].str.to_lowercase()))
    bounds = np.searchsorted(rows, np.arange(0, rows[-1] + _AT_ONCE, _AT_ONCE)).clip(0, len(texts))
    for first, last in pairwise(np.unique(bounds)):
        folded = _folded(data[rows[first] : rows[last]])
        starts, ends = _words(folded)
        words = _hashed(folded, starts, ends)
        # The first word of every text is an edge.
        beyond = np.repeat(words[:1], length - 1)
        runs = _run_hashes(np.append(words, beyond), length)
        yield Shingles(runs, np.searchsorted(starts, rows[first : last + 1] - rows[first]))


def _bytes_of(texts: pl.Series) -> tuple[memoryview, Places]:
    """All texts one after another, and where each begins and ends."""
    _, offsets, data = texts.to_arrow().cast(pa.large_string()).buffers()
    rows = np.frombuffer(offsets, np.int64)[: len(texts) + 1]
    return memoryview(data)[: rows[-1]], rows


def _with_letters_beyond_ascii(data: memoryview, rows: Places) -> Places:
    """The texts that may have such letters in upper case; to look for them is a quarter of changing all."""
    raw = np.frombuffer(data, np.uint8)
    first = np.flatnonzero(raw >= 0xC3)  # the first bytes of what lies beyond U+00BF
    byte, second = raw[first], raw[first + 1]
    small = (byte == 0xC3) & (second >= 0x9F)  # of Latin-1
    caseless = (byte >= _CJK[0]) & (byte <= _CJK[1]) | (byte == 0xE2) & (second == 0x80)
    return np.unique(np.searchsorted(rows, first[~(small | caseless)], "right") - 1)


def _folded(data: memoryview) -> Bytes:
    """The bytes in lower case, blanks for each mark, and whole blocks of blanks behind them."""
    size = (len(data) // _BLOCK + 2) * _BLOCK  # so that what is read beyond the end is there
    folded = np.frombuffer(bytearray(data).translate(_FOLDED).ljust(size), np.uint8)
    beyond_ascii = np.flatnonzero(folded >= 0xC2)  # first bytes of characters
    for first, least, most, length in _MARKS:
        at = beyond_ascii[folded[beyond_ascii] == first]
        at = at[(folded[at + 1] >= least) & (folded[at + 1] <= most)]
        for byte in range(length):
            folded[at + byte] = _BLANK
    return folded


def _words(folded: Bytes) -> tuple[Places, Places]:
    """Where each word begins and ends; the first byte begins one, and the last is blank."""
    blank = folded == _BLANK
    edges = np.append(0, np.flatnonzero(blank[1:] != blank[:-1]) + 1)
    starts, ends = edges[::2], edges[1::2]
    within = np.flatnonzero((folded >= _CJK[0]) & (folded <= _CJK[1]))
    within = within[~blank[within - 1]]  # such a character ends the word before it, and begins the next
    if len(within):
        starts, ends = (np.sort(np.append(places, within)) for places in (starts, ends))
    return starts, ends


def _hashed(folded: Bytes, starts: Places, ends: Places) -> Words64:
    """A hash of each word, the same on every machine; of one of more than `_LONGEST` bytes, of the first."""
    blocks, sizes = folded.view("<u8"), ends - starts
    hashes = _mixed(_block(blocks, starts, sizes) ^ sizes.view(np.uint64))
    longer, first = np.flatnonzero(sizes > _BLOCK), _BLOCK
    while len(longer) and first < _LONGEST:
        left = sizes[longer] - first
        hashes[longer] = _mixed(hashes[longer] ^ _block(blocks, starts[longer] + first, left))
        longer, first = longer[left > _BLOCK], first + _BLOCK
    return hashes


def _block(blocks: Words64, at: Places, sizes: Places) -> Words64:
    """Up to eight bytes from each place on, as one number; where fewer are left, zeros for the others."""
    place, shift = at >> 3, ((at & 7) << 3).view(np.uint64)
    # A shift by 64 bits or more gives 0.
    there: Words64 = (blocks[place] >> shift) | (blocks[place + 1] << (np.uint64(64) - shift))
    unused = np.uint64(_BLOCK) - np.minimum(sizes, _BLOCK).view(np.uint64)
    there &= _ALL >> (unused << np.uint64(3))
    return there


def _run_hashes(words: Words64, length: int) -> Words64:
    """A hash of each run of `length` words, from theirs."""
    count = len(words) - length + 1
    hashes = words[:count]
    for place in range(1, length):
        hashes = _mixed(hashes) + words[place : place + count]
    return _mixed(hashes)


def _mixed(numbers: Words64) -> Words64:
    """Each number as another that has no likeness to it (half a step of SplitMix64)."""
    mixed = numbers * _SPREAD
    mixed ^= mixed >> np.uint64(32)
    return mixed
