r"""How far does each pair of annotators agree?

**Model.** On the items that both judged, with $p_{kl}$ the share of which one said $k$ and the other $l$,

$$\kappa = \frac{\sum_k p_{kk} - \sum_k p_{k \cdot} p_{\cdot k}}{1 - \sum_k p_{k \cdot} p_{\cdot k}}$$

(Cohen 1960, doi:10.1177/001316446002000104). Each keeps their own margins, unlike in Fleiss' kappa. The
interval is the percentile bootstrap's over items: with so many items a table, drawing items is drawing a
multinomial table.

**Fields needed.** `item_id`, `annotator_id`, a label of the item as a whole.

**Why these defaults.** From 30 shared items on, as for the other coefficients; the 300 pairs with most shared
items, among the 1,000 annotators who judged most: that many fit in memory whatever a batch holds, and of
crowds under 1,000 nobody is left out. A pair that said more than 1,000 different pairs of values has no
interval: drawing that many cells for each pair would take minutes.

**What it does not say.** Who of the two is right.
"""

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy import sparse

from quality.annotators.labels import Labels

Numbers = npt.NDArray[np.float64]
Codes = npt.NDArray[np.intp]
LEAST_SHARED = 30
MOST_PAIRS = 300
MOST_ANNOTATORS = 1000
MOST_CELLS = 1000
DRAWS = 999
PAIRS = pl.Schema(
    {"one": pl.String, "other": pl.String}
    | {"n": pl.Int64}
    | dict.fromkeys(("kappa", "low", "high"), pl.Float64)
)


def kappa(counts: npt.ArrayLike, ones: Codes, others: Codes) -> Numbers:
    """Cohen's kappa of tables given by their cells; NaN where chance alone explains all.

    Args:
        counts: (..., c) how often the values `ones` (c,) and `others` (c,) were said together.
        ones: codes of what the one said.
        others: codes of what the other said.
    """
    share = np.atleast_2d(np.asarray(counts, dtype=np.float64))
    share = share / share.sum(axis=-1, keepdims=True)
    agreed = share[:, ones == others].sum(axis=1)
    chance = (_margin(share, ones, others) * _margin(share, others, ones)).sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray((agreed - chance) / (1 - chance))


def _margin(share: Numbers, said: Codes, beside: Codes) -> Numbers:
    values = int(max(said.max(), beside.max())) + 1
    cells = np.arange(len(said))
    place = sparse.csr_array((np.ones(len(said)), (said, cells)), shape=(values, len(said)))
    return np.asarray((place @ share.T).T)


def pairwise(
    labels: Labels, least: int = LEAST_SHARED, most: int = MOST_PAIRS, seed: int = 0
) -> pl.DataFrame:
    """Kappa of every pair with at least `least` shared items, `most` at most: `PAIRS`, most items first."""
    rng, names, rows = np.random.default_rng(seed), labels.annotator_names, []
    said = _Said(labels)
    for one, other, n in _pairs(labels, least, most):
        counts, ones, others = said.together(one, other)
        rows.append((names[one], names[other], n, *_with_interval(counts, ones, others, rng)))
    return pl.DataFrame(rows, schema=PAIRS, orient="row")


def _pairs(labels: Labels, least: int, most: int) -> list[tuple[int, int, int]]:
    """The pairs with most shared items, and how many."""
    several = np.bincount(labels.items)[labels.items] > 1
    many = np.bincount(labels.annotators[several], minlength=len(labels.annotator_names))
    busy = np.argsort(-many, kind="stable")[:MOST_ANNOTATORS]
    busy = np.sort(busy[many[busy] >= least])
    rows = several & np.isin(labels.annotators, busy)
    place = np.searchsorted(busy, labels.annotators[rows])
    shape = (len(busy), len(labels.item_names))
    judged = sparse.csr_array((np.ones(len(place), np.int64), (place, labels.items[rows])), shape=shape)
    shared = sparse.triu(judged @ judged.T, k=1).tocoo()
    found = pl.DataFrame({"one": busy[shared.row], "other": busy[shared.col], "n": shared.data})
    chosen = found.filter(pl.col("n") >= least).sort("n", "one", "other", descending=[True, False, False])
    return list(chosen.head(most).iter_rows())


class _Said:
    """What each annotator said, by item."""

    def __init__(self, labels: Labels) -> None:
        order = np.lexsort((labels.items, labels.annotators))
        self._items, self._values = labels.items[order], labels.values[order]
        self._starts = np.searchsorted(labels.annotators[order], np.arange(len(labels.annotator_names) + 1))

    def together(self, one: int, other: int) -> tuple[npt.NDArray[np.int64], Codes, Codes]:
        """How often two values were said together, and which, coded anew; kappa does not ask by whom."""
        (items, values), (more_items, more_values) = sorted(map(self._of, (one, other)), key=_length)
        place = np.minimum(np.searchsorted(more_items, items), len(more_items) - 1)
        both = more_items[place] == items
        pair = np.column_stack([values[both], more_values[place[both]]])
        cells, counts = np.unique(pair, axis=0, return_counts=True)
        codes = np.unique(cells, return_inverse=True)[1].reshape(cells.shape)
        return counts, codes[:, 0], codes[:, 1]

    def _of(self, who: int) -> tuple[Codes, Codes]:
        rows = slice(self._starts[who], self._starts[who + 1])
        return self._items[rows], self._values[rows]


def _length(said: tuple[Codes, Codes]) -> int:
    return len(said[0])


def _with_interval(
    counts: npt.NDArray[np.int64], ones: Codes, others: Codes, rng: np.random.Generator
) -> tuple[float, float | None, float | None]:
    observed = float(kappa(counts, ones, others)[0])
    if len(counts) > MOST_CELLS:
        return observed, None, None
    drawn = rng.multinomial(counts.sum(), counts / counts.sum(), DRAWS)
    low, high = np.nanquantile(kappa(drawn, ones, others), [0.025, 0.975])
    return observed, float(low), float(high)
