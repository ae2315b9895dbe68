"""Which texts may be nearly the same, from their sketches alone: locality-sensitive hashing.

**Method.** The 64 values of a sketch are dealt into 32 bands of four, each value into two: once with its
neighbours, once with the values at its place in three other columns. Texts that agree in all four values of a
band are looked at. Of pairs with a Jaccard J one band finds J⁴, so all find .99 of copies with one word in
ten changed (J about .68), and 5·10⁻⁶ of pairs of unrelated texts (J about .02). (J. Leskovec, A. Rajaraman
and J. Ullman, *Mining of Massive Datasets*, chapter 3.)

**Bounds.** Four columns of sketches are in memory at a time. Of a crowd that agrees in a band, as records
from one template do, each is compared with the first four and the four before it, so that work grows with the
number of records and not with its square. A pair that few share a band with says most and is looked at first.
"""

from collections.abc import Iterator, Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from quality.gates.likeness.sketch import COLUMNS, LANES, VALUES

CANDIDATES = {"later": pl.UInt32, "earlier": pl.UInt32, "crowd": pl.UInt32, "agreement": pl.Float64}
_FIRST, _BEFORE = 4, 4  # whom of a crowd a text is compared with: its founders, and its neighbours
_MOST = 8  # candidates a text; a copy agrees with its original in many bands, and rarely with many others

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
    found = []
    for first in range(0, len(COLUMNS), LANES):
        bands = _bands([_column(lazy, name) for name in COLUMNS[first : first + LANES]])
        pairs = pl.concat([_sharing(band, fresh_from, known) for band in bands])
        found.append(_agreeing(_once(pairs), lazy, at_least))
    return (
        _once(pl.concat(found))
        .sort("later", "crowd", "agreement", "earlier", descending=[False, False, True, False])
        .group_by("later", maintain_order=True)
        .head(_MOST)
        .select(*CANDIDATES)
    )


def _once(pairs: pl.DataFrame) -> pl.DataFrame:
    """Each pair once, with the smallest crowd it was found in."""
    return pairs.sort("crowd").unique(("later", "earlier"), keep="first", maintain_order=True)


def least_agreement(at_least: float) -> float:
    """The smallest share of equal values that a copy with `at_least` of its words may have by chance.

    Each changed word changes two pairs. Four standard deviations lose one copy in 30,000.
    """
    jaccard = at_least**2 / (2 - at_least**2)
    return jaccard - 4 * float(np.sqrt(jaccard * (1 - jaccard) / VALUES))


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


def _sharing(band: Words64, fresh_from: int, known: int | None) -> pl.DataFrame:
    """Pairs of rows with one value of `band`: each with the first few and the last few before it."""
    each = pl.Series(band)
    shared = each.is_duplicated() if known is None else each.is_in(each[:known].implode())
    rows = np.flatnonzero(shared.to_numpy())
    rows = rows[np.argsort(band[rows], kind="stable")]
    values = band[rows]
    new = np.flatnonzero(np.append(True, values[1:] != values[:-1])) if len(rows) else rows
    sizes = np.diff(np.append(new, len(rows)))
    start, size = np.repeat(new, sizes), np.repeat(sizes, sizes)
    at = np.arange(len(rows))
    pairs = []
    for step in range(_FIRST):
        pairs.append((at, start + step, start + step < at))
    for step in range(1, _BEFORE + 1):
        pairs.append((at, at - step, at - step >= start + _FIRST))
    return pl.concat(
        [
            pl.DataFrame({"later": rows[later[ok]], "earlier": rows[earlier[ok]], "crowd": size[ok]})
            for later, earlier, ok in pairs
        ]
    ).filter(pl.col("later") >= fresh_from, pl.col("earlier") < (len(band) if known is None else known))


def _agreeing(pairs: pl.DataFrame, lazy: pl.LazyFrame, at_least: float) -> pl.DataFrame:
    """The pairs that agree in enough of all values."""
    later, earlier = pairs["later"].to_numpy(), pairs["earlier"].to_numpy()
    equal = np.zeros(len(pairs), np.uint8)
    for name in COLUMNS if len(pairs) else ():
        column = _column(lazy, name)
        differing = column[later] ^ column[earlier]
        for lane in range(LANES):
            equal += ((differing >> np.uint64(16 * lane)) & np.uint64(0xFFFF)) == 0
    return (
        pairs.with_columns(agreement=pl.Series(equal / VALUES, dtype=pl.Float64))
        .filter(pl.col("agreement") >= least_agreement(at_least))
        .cast(pl.Schema(CANDIDATES))
    )
