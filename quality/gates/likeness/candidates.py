"""Which texts may be nearly the same, from their sketches alone: locality-sensitive hashing.

**Method.** The 64 values of a sketch are dealt into 32 bands of four, each value into two: once with its
neighbours, once with the values at its place in three other columns. Texts that agree in all four values of a
band are looked at. Of pairs with a Jaccard J one band finds J⁴, so all find .99 of copies with one word in
ten changed (J about .68), and 5·10⁻⁶ of pairs of unrelated texts (J about .02). (J. Leskovec, A. Rajaraman
and J. Ullman, *Mining of Massive Datasets*, chapter 3.)

**Bounds.** Four columns of sketches are in memory at a time. Of a crowd that agrees in a band, as records
from one template do, each is compared with the first four and the four before it, so that work grows with the
number of records and not with its square. Of a text's pairs, that which agrees in most values comes first.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import polars as pl
from numpy.typing import NDArray

from quality.gates.likeness.sketch import COLUMNS, LANES, VALUES

CANDIDATES = {"later": pl.UInt32, "earlier": pl.UInt32, "agreement": pl.Float64}
_FIRST, _BEFORE = 4, 4  # whom of a crowd a text is compared with: its founders, and its neighbours
_MOST = 8  # candidates a text; a copy agrees with its original in many bands, and rarely with many others
_SPREAD, _SPREAD_ANEW = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xD6E8FEB86659FD93)  # any odd numbers
_THREADS = 2  # each holds four columns and their pairs
_ROW = np.uint64(32)  # bits of a row's number, where a pair of them is one number
_EARLIER = np.uint64(2**32 - 1)
_AT_ONCE = 1 << 16  # pairs

Words64 = NDArray[np.uint64]


def candidates(
    sketched: pl.DataFrame | pl.LazyFrame, fresh_from: int, at_least: float, known: int | None = None
) -> pl.DataFrame:
    """Pairs of rows whose sketches agree (`CANDIDATES`), the likeliest of each later one first.

    Args:
        sketched: sketches (`SKETCH`), of earlier batches first, then in the order of the delivery.
        fresh_from: the first row of the delivery; only its rows are looked at as later ones.
        at_least: the share of equal words a pair must have to be of interest.
        known: how many rows from the first count as earlier ones; all, if not given.
    """
    lazy = sketched.lazy()

    def found(first: int) -> pl.DataFrame:
        columns = [_column(lazy, name) for name in COLUMNS[first : first + LANES]]
        pairs = np.concatenate([_sharing(band, fresh_from, known) for band in _bands(columns)])
        return _agreeing(pairs, lazy, at_least)

    with ThreadPoolExecutor(_THREADS) as threads:  # NumPy lets others run
        every = pl.concat(threads.map(found, range(0, len(COLUMNS), LANES)))
    return (
        every.unique(("later", "earlier"))
        .sort("later", "agreement", "earlier", descending=[False, True, False])
        .group_by("later", maintain_order=True)
        .head(_MOST)
        .select(*CANDIDATES)
    )


def least_agreement(at_least: float) -> float:
    """The smallest share of equal values that a copy with `at_least` of its words may have by chance.

    Each changed word changes two pairs. Two and a quarter standard deviations lose one in a hundred of the
    copies just at the limit, of which bands lose more, and none with half as many changes.
    """
    jaccard = at_least**2 / (2 - at_least**2)
    return jaccard - 2.25 * float(np.sqrt(jaccard * (1 - jaccard) / VALUES))


def _bands(columns: Sequence[Words64]) -> Iterator[Words64]:
    """The bands of four columns, each as one number a row."""
    yield from columns
    yield from (_dealt(columns, lane) for lane in range(LANES))


def _column(lazy: pl.LazyFrame, name: str) -> Words64:
    return lazy.select(name).collect().to_series().to_numpy()


def _dealt(columns: Sequence[Words64], lane: int) -> Words64:
    """One band of the second deal: the 16 bits at `lane` of each of four columns."""
    band = np.zeros_like(columns[0])
    for column in columns:
        band = (band << np.uint64(16)) | ((column >> np.uint64(16 * lane)) & np.uint64(0xFFFF))
    return band


def _sharing(band: Words64, fresh_from: int, known: int | None) -> Words64:
    """Pairs of rows with one value of `band`, each with the first few and the last few before it.

    The later row is in the upper half of each number, the earlier one in the lower half.
    """
    rows, start = _crowds(band)
    at = np.arange(len(rows))
    steps = [(start + step, start + step < at) for step in range(_FIRST)]
    steps += [(at - step, at - step >= start + _FIRST) for step in range(1, _BEFORE + 1)]
    wanted, pairs = rows >= fresh_from, [np.empty(0, np.uint64)]
    if known is not None:
        wanted &= rows[start] < known  # the first of a crowd is its earliest
    for other, ok in steps:
        here = np.flatnonzero(ok & wanted)
        earlier = rows[other[here]]
        both = (rows[here].view(np.uint64) << _ROW) | earlier.view(np.uint64)
        pairs.append(both if known is None else both[earlier < known])
    return np.concatenate(pairs)


def _crowds(band: Words64) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The rows that share their value of `band` with others, by crowd, and where the crowd of each starts."""
    rows = _perhaps_shared(band, _SPREAD)
    rows = rows[_perhaps_shared(band[rows], _SPREAD_ANEW)]
    rows = rows[np.argsort(band[rows], kind="stable")]
    values = band[rows]
    new = np.flatnonzero(np.append(True, values[1:] != values[:-1])) if len(rows) else rows
    return rows, np.repeat(new, np.diff(np.append(new, len(rows))))


def _perhaps_shared(values: Words64, spread: np.uint64) -> NDArray[np.int64]:
    """Where the values stand that stand elsewhere too, and some more: to sort all would take far longer."""
    bits = min(len(values).bit_length() + 2, 24)
    place = ((values * spread) >> np.uint64(64 - bits)).view(np.int64)
    every, last = np.arange(len(values), dtype=np.uint32), np.empty(1 << bits, np.uint32)
    last[place] = every
    crowded = np.zeros(1 << bits, bool)
    crowded[place[last[place] != every]] = True
    return np.flatnonzero(crowded[place])


def _agreeing(pairs: Words64, lazy: pl.LazyFrame, at_least: float) -> pl.DataFrame:
    """The pairs that agree in enough of all values."""
    equal = np.zeros((len(pairs), LANES), np.uint8)
    for name in COLUMNS if len(pairs) else ():
        column = _column(lazy, name)
        for start in range(0, len(pairs), _AT_ONCE):
            later, earlier = _rows(pairs[start : start + _AT_ONCE])
            differing = column[later] ^ column[earlier]
            equal[start : start + _AT_ONCE] += (differing.view("<u2") == 0).reshape(-1, LANES)
    agreement = equal.sum(axis=1) / VALUES
    enough = agreement >= least_agreement(at_least)
    later, earlier = _rows(pairs[enough])
    found = {"later": later, "earlier": earlier, "agreement": agreement[enough]}
    return pl.DataFrame(found).cast(pl.Schema(CANDIDATES))


def _rows(pairs: Words64) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The later and the earlier row of each pair."""
    return (pairs >> _ROW).view(np.int64), (pairs & _EARLIER).view(np.int64)
