r"""How far does each pair of annotators agree?

**Model.** On the items that both judged, with $p_{kl}$ the share of which one said $k$ and the other $l$,

$$\kappa = \frac{\sum_k p_{kk} - \sum_k p_{k \cdot} p_{\cdot k}}{1 - \sum_k p_{k \cdot} p_{\cdot k}}$$

(Cohen 1960, doi:10.1177/001316446002000104). Each keeps their own margins, unlike in Fleiss' kappa. The
interval is the percentile bootstrap's over items: with so many items a table, drawing items is drawing a
multinomial table.

**Fields needed.** `item_id`, `annotator_id`, a label of the item as a whole.

**Why these defaults.** From 30 shared items on, as for the other coefficients; the 300 pairs with most shared
items.

**What it does not say.** Who of the two is right.
"""

import numpy as np
import numpy.typing as npt
import polars as pl

from quality.annotators.labels import Labels

Numbers = npt.NDArray[np.float64]
LEAST_SHARED = 30
MOST_PAIRS = 300
DRAWS = 999
PAIRS = pl.Schema(
    {"one": pl.String, "other": pl.String}
    | {"n": pl.Int64}
    | dict.fromkeys(("kappa", "low", "high"), pl.Float64)
)


def kappa(tables: Numbers) -> Numbers:
    """Cohen's kappa of (..., k, k) tables of counts; NaN where chance alone explains all."""
    share = tables / tables.sum(axis=(-2, -1), keepdims=True)
    agreed = np.trace(share, axis1=-2, axis2=-1)
    chance = (share.sum(axis=-1) * share.sum(axis=-2)).sum(axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray((agreed - chance) / (1 - chance))


def pairwise(
    labels: Labels, least: int = LEAST_SHARED, most: int = MOST_PAIRS, seed: int = 0
) -> pl.DataFrame:
    """Kappa of every pair with at least `least` shared items, `most` at most: `PAIRS`, most items first."""
    tables, ones, others = _tables(labels, least, most)
    if not len(tables):
        return pl.DataFrame(schema=PAIRS)
    counts = tables.sum(axis=(1, 2)).astype(np.int64)
    low, high = _interval(tables, counts, np.random.default_rng(seed))
    names = labels.annotator_names
    columns = (
        [names[code] for code in ones],
        [names[code] for code in others],
        counts,
        kappa(tables),
        low,
        high,
    )
    return pl.DataFrame(dict(zip(PAIRS, columns, strict=True)), schema=PAIRS)


def _tables(labels: Labels, least: int, most: int) -> tuple[Numbers, list[int], list[int]]:
    """The pairs' tables of counts, and the annotators' codes."""
    said = pl.DataFrame({"item": labels.items, "who": labels.annotators, "value": labels.values})
    both = said.join(said, on="item", suffix="_other").filter(pl.col("who") < pl.col("who_other"))
    cells = both.group_by("who", "who_other", "value", "value_other").agg(pl.len())
    pairs = (
        cells.group_by("who", "who_other")
        .agg(n=pl.col("len").sum())
        .filter(pl.col("n") >= least)
        .sort("n", "who", "who_other", descending=[True, False, False])
        .head(most)
        .with_row_index("pair")
    )
    filled = cells.join(pairs, on=["who", "who_other"])
    tables = np.zeros((pairs.height, len(labels.value_names), len(labels.value_names)))
    tables[filled["pair"], filled["value"], filled["value_other"]] = filled["len"]
    return tables, pairs["who"].to_list(), pairs["who_other"].to_list()


def _interval(tables: Numbers, counts: npt.NDArray[np.int64], rng: np.random.Generator) -> Numbers:
    flat = tables.reshape(len(tables), -1)
    drawn = rng.multinomial(counts, flat / counts[:, None], (DRAWS, len(flat)))
    return np.asarray(
        np.nanquantile(kappa(drawn.reshape(DRAWS, *tables.shape).astype(np.float64)), [0.025, 0.975], axis=0)
    )
