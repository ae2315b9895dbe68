r"""One feature's audit under given weights and labels: what an offer shows before and after.

**Model.** Over strict comparisons whose sides differ in the feature, $\hat\mu = \sum_i w_i\, y_i / \sum_i
w_i$ where $y_i$ is how far the side with more of it won (0 or 1, or a soft label between), with the two-way
cluster-robust interval of `quality.intervals.clustered_share`; and the feature's $\hat\beta$ in the joint
model of `quality.audits.joint.fit` under the same weights and labels.

**Effective n** of weights is Kish's $(\sum_i w_i)^2 / \sum_i w_i^2$ (Kish 1965, *Survey Sampling*, section
11.7): how many equally weighted comparisons tell as much.

**What it does not say.** Weights are taken as given: that they were estimated from the same comparisons is
not in the interval. An audit after a mitigation checks that it did what it promises; it is no evidence about
people.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from contracts.model import AuditLimit
from quality.audits.dependence import dependence
from quality.audits.joint.effects import Effect
from quality.audits.joint.fit import fit
from quality.intervals.clustered_share import Numbers, clustered_share


@dataclass(frozen=True)
class Audited:
    """The lean of one feature.

    `win_rate` of the side with more of it, over `n` comparisons, with its 95 % interval; None where there is
    none. `effect` is the feature's row of the joint model.
    """

    win_rate: float | None
    low: float | None
    high: float | None
    n: int
    effect: Effect


def kish(weights: Numbers) -> float:
    """How many equally weighted rows tell as much as these weights; 0 where all are 0."""
    square = float(weights @ weights)
    return float(weights.sum() ** 2 / square) if square else 0.0


def decided(frame: pl.DataFrame, delta: pl.Series) -> np.ndarray:
    """(n,) booleans: one side won, and the sides differ in the feature."""
    strict = frame["outcome"].is_in([0.0, 1.0])
    return (strict & (delta.fill_nan(None).fill_null(0.0) != 0)).to_numpy()


def audited(
    frame: pl.DataFrame,
    deltas: pl.DataFrame,
    feature: str,
    limit: AuditLimit,
    *,
    weight: Numbers | None = None,
    target: Numbers | None = None,
) -> Audited:
    """The lean of `feature`.

    Args:
        frame: comparisons (`rampart.records.comparisons`).
        deltas: one column a feature, first less second, rows as in `frame`.
        feature: a column of `deltas`.
        limit: the contract's limit on the feature.
        weight: (n,) factor on each comparison's weight, 0 leaves it out; None: 1.
        target: (n,) how far the first response won, 0..1; None: the outcomes.
    """
    factor = np.ones(frame.height) if weight is None else weight
    outcome = frame["outcome"].to_numpy() if target is None else target
    used = frame.with_columns(weight=pl.col("weight") * factor, outcome=pl.Series(outcome))
    inside = decided(frame, deltas[feature]) & (used["weight"].to_numpy() > 0)
    kept = pl.Series(used["weight"].to_numpy() > 0)
    effect = next(
        one
        for one in fit(used.filter(kept), deltas.filter(kept), limit=limit).effects
        if one.feature == feature
    )
    if not inside.any():
        return Audited(None, None, None, 0, effect)
    rows = used.filter(pl.Series(inside))
    more = deltas[feature].to_numpy()[inside] > 0
    won = np.where(more, rows["outcome"].to_numpy(), 1 - rows["outcome"].to_numpy())
    weights = rows["weight"].to_numpy()
    ways = dependence(rows).ways
    if not ways:
        return Audited(float(np.average(won, weights=weights)), None, None, rows.height, effect)
    found = clustered_share(won, weights, ways)
    return Audited(found.share, found.low, found.high, found.n, effect)
