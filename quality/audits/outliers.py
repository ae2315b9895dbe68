r"""Who stands out among people who all differ a little?

**Model.** Person $i$ has $x_i$ with known variance $v_i$; people differ by $\tau^2$ besides. Against the
others,

$$t_i = \frac{x_i - \hat\mu_{-i}}{\sqrt{\hat\tau^2_{-i} + v_i + \widehat{\mathrm{Var}}(\hat\mu_{-i})}}$$

has about Student's t distribution with two degrees of freedom fewer than there are others: the prediction
interval of a random-effects meta-analysis (Higgins, Thompson & Spiegelhalter 2009,
doi:10.1111/j.1467-985X.2008.00552.x), with DerSimonian & Laird's $\hat\tau^2$ (1986,
doi:10.1016/0197-2456(86)90046-2). A person is left out of what they are compared with, or somebody odd
enough would hide behind the spread they make. Shares enter as Anscombe's $\arcsin\sqrt{(x + 3/8) / (n +
3/4)}$, whose variance $1 / (4 n + 2)$ knows no share (Anscombe 1948, doi:10.1093/biomet/35.3-4.246).

**Why not a test against the pool's rate.** Honest people differ: with enough work each of them differs
significantly from the average.
"""

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy import stats

from quality.intervals.clustered_share import Numbers

MIN_WORK = 20  # judgements; with fewer the sampling variance hides any person
MIN_PEOPLE = 5  # with fewer nobody knows how much people differ


def anscombe(hits: npt.ArrayLike, of: npt.ArrayLike) -> tuple[Numbers, Numbers]:
    """Shares on the scale where their variance is known: values and variances, (n,) each."""
    count, size = np.asarray(hits, dtype=np.float64), np.asarray(of, dtype=np.float64)
    return np.arcsin(np.sqrt((count + 3 / 8) / (size + 3 / 4))), 1 / (4 * size + 2)


def standing_out(values: Numbers, variances: Numbers) -> Numbers:
    """The t statistic of each of (n,) people against all others; at least `MIN_PEOPLE` people."""
    spread = spread_of_others(values, 1 / variances)
    return np.array([_against_others(values, variances, who, spread[who]) for who in range(len(values))])


def _against_others(values: Numbers, variances: Numbers, who: int, spread: float) -> float:
    weight = 1 / (variances + spread)
    weight[who] = 0.0
    total = weight.sum()
    return float((values[who] - weight @ values / total) / np.sqrt(spread + variances[who] + 1 / total))


def spread_of_others(values: Numbers, weight: Numbers) -> Numbers:
    """DerSimonian and Laird's variance between people, for each person that of the others."""
    total, squares = weight.sum() - weight, weight @ weight - weight**2
    linear, quadratic = weight @ values - weight * values, weight @ values**2 - weight * values**2
    excess = quadratic - linear**2 / total - (len(values) - 2)
    return np.asarray(np.maximum(0.0, excess / (total - squares / total)))


def people_apart(table: pl.DataFrame, *, rising: bool = False) -> pl.DataFrame:
    """`table` (`annotator_id`, `x`, `v`) with `p` and Benjamini and Hochberg's `q`, by `p`, then by name.

    `rising` asks only whether somebody is above the others. Fewer than `MIN_PEOPLE` rows give none.
    """
    if table.height < MIN_PEOPLE:
        none = pl.lit(None, dtype=pl.Float64)
        return table.clear().with_columns(p=none, q=none)
    t = standing_out(table["x"].to_numpy(), table["v"].to_numpy())
    df = table.height - 3
    p = stats.t.sf(t, df) if rising else 2 * stats.t.sf(np.abs(t), df)
    return table.with_columns(p=p, q=stats.false_discovery_control(p)).sort("p", "annotator_id")
