r"""Does somebody choose the same side of the screen more than the others do?

**Model.** Of $n_a$ strict comparisons annotator $a$ chose the first shown $x_a$ times: a share against the
crowd's (`quality.annotators.crowd`), both tails. Beside it stands the exact binomial test against one half,
two-sided, with Bonferroni's correction: whom it finds, chance alone does not explain.

**Fields needed.** `annotator_id`, a ranking of two responses, and the order shown.

**Why this default.** From 20 strict comparisons on: at 20, a fair annotator of a hundred shows up only with
19 of one side.

**What it does not say.** That somebody clicks without reading: if the order was not drawn at random, the
better response may well stand on one side. On llmfao four of the 56 workers with 20 strict votes are found by
the exact test (20, 32, 37 and 121).
"""

import numpy as np
import polars as pl
from scipy import stats

from quality.annotators.evidence import Missing, of_shares

STATISTIC = "first_side"
LEAST = 20


def sides(frame: pl.DataFrame, least: int = LEAST) -> pl.DataFrame:
    """How often each annotator chose the first shown: `annotator_id`, `n`, `first`, `p`, `bonferroni`.

    `frame` are comparisons (`rampart.records.comparisons`); no ties, no rankings of three and more.
    """
    strict = frame.filter(
        pl.col("outcome") != 0.5, pl.col("annotator_id").is_not_null(), pl.col("weight") == 1.0
    )
    counted = (
        strict.group_by("annotator_id")
        .agg(n=pl.len(), first=(pl.col("outcome") == 1.0).sum())
        .filter(pl.col("n") >= least)
        .sort("annotator_id")
    )
    n, first = (counted[name].to_numpy().astype(np.float64) for name in ("n", "first"))
    # Symmetric about one half, so the exact two-sided p-value is twice the smaller tail.
    p = np.minimum(1.0, 2 * stats.binom.cdf(np.minimum(first, n - first), n, 0.5))
    return counted.with_columns(p=p, bonferroni=np.minimum(1.0, p * len(p)))


def evidence(frame: pl.DataFrame, least: int = LEAST) -> pl.DataFrame | Missing:
    """Evidence on each annotator with at least `least` strict comparisons."""
    if frame["first_position"].null_count() == frame.height:
        return Missing(STATISTIC, "order_shown", "Which response was shown first is not known.")
    found = sides(frame, least)
    first, n = (found[name].to_numpy().astype(np.float64) for name in ("first", "n"))
    return of_shares(STATISTIC, found["annotator_id"].to_list(), first, n, tail="both")
