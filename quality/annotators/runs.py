r"""Does somebody give the same answer again and again, in the order of their work?

**Model.** Annotator $a$'s $n$ labels in the order they were given make $R$ runs of equal ones. If the order
were random, with $n_k$ labels of value $k$,

$$E R = 1 + n - \frac{\sum n_k^2}{n}, \qquad
  \operatorname{Var} R = \frac{\sum n_k^2 \left(\sum n_k^2 + n (n + 1) \right) - 2 n \sum n_k^3 - n^3}
                              {n^2 (n - 1)}$$

(Wald & Wolfowitz 1940, doi:10.1214/aoms/1177731909, for two values; Barton & David 1957,
doi:10.1093/biomet/44.1-2.168, for more). The figure is $R / E R - 1$: below 0 are long runs
(straight-lining), above 0 too much alternation. It stands against the crowd's (`quality.annotators.crowd`),
both tails, because a queue sorted by topic makes runs for everybody.

**Fields needed.** `annotator_id`, a label, `submitted_at` or `started_at`, and for comparisons the order
shown.

**Why this default.** From 20 labels on; the normal law of R is good from about there.

**What it does not say.** Anything about somebody who gave one answer only: there is nothing to order. Their
share of one side says it.
"""

import polars as pl

from quality.annotators.evidence import Missing, of_estimates

STATISTIC = "runs"
LEAST = 20
MARGIN = 0.1  # a tenth more or fewer runs than a random order has


def runs(said: pl.DataFrame) -> pl.DataFrame:
    """Runs of each annotator: `annotator_id`, `n`, `runs`, `expected`, `variance`.

    `said` has `annotator_id`, `value` and `at`; rows without one of them are left out. Equal moments keep the
    order of the rows.
    """
    told = said.drop_nulls().sort("annotator_id", "at", maintain_order=True)
    changed = pl.col("value") != pl.col("value").shift().over("annotator_id")
    counted = (
        told.with_columns(changed=changed.fill_null(value=True))
        .group_by("annotator_id")
        .agg(n=pl.len().cast(pl.Float64), runs=pl.col("changed").sum().cast(pl.Float64))
    )
    times = pl.col("len").cast(pl.Float64)
    moments = (
        told.group_by("annotator_id", "value")
        .agg(pl.len())
        .group_by("annotator_id")
        .agg(squares=(times**2).sum(), cubes=(times**3).sum())
    )
    n, squares, cubes = pl.col("n"), pl.col("squares"), pl.col("cubes")
    spread = squares * (squares + n * (n + 1)) - 2 * n * cubes - n**3
    return (
        counted.join(moments, on="annotator_id")
        .with_columns(expected=1 + n - squares / n, variance=spread / (n**2 * (n - 1)))
        .select("annotator_id", "n", "runs", "expected", "variance")
        .sort("annotator_id")
    )


def evidence(said: pl.DataFrame, least: int = LEAST) -> pl.DataFrame | Missing:
    """Evidence on each annotator with at least `least` labels of two values or more; `said` as in `runs`."""
    if said["at"].null_count() == said.height:
        reason = "No judgement says when it was made, so the order of work is not known."
        return Missing(STATISTIC, "submitted_at", reason)
    found = runs(said).filter((pl.col("n") >= least) & (pl.col("variance") > 1e-9))
    n, seen, expected, variance = (found[name].to_numpy() for name in ("n", "runs", "expected", "variance"))
    names = found["annotator_id"].to_list()
    return of_estimates(
        STATISTIC,
        names,
        n,
        estimates=seen / expected - 1,
        variances=variance / expected**2,
        tail="both",
        margin=MARGIN,
    )
