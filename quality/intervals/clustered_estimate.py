r"""The interval of an estimate whose rows depend on each other, from what each row contributes to it.

**Model.** An estimate with influence values $\psi_i$, so that $\hat\theta - \theta \approx \sum_i \psi_i$,
has the two-way cluster-robust variance of `quality.intervals.clustered_share` with $u_i = \psi_i$ (Cameron,
Gelbach & Miller 2011, doi:10.1198/jbes.2010.07136; influence functions: Hampel 1974,
doi:10.1080/01621459.1974.10482962). The interval is $\hat\theta \pm t_{0.975,\,G - 1} \sqrt{\hat V}$ with
$G$ the smallest number of clusters that an arm of the estimate has in any way.

For the difference of two weighted shares, $\psi_i = \pm\, w_i (y_i - \hat\mu_g) / W_g$, and rows of both
arms that share an annotator or a prompt may depend on each other.

**What it does not say.** With an arm of fewer than about ten clusters the interval is a rough one; with one
cluster there is none.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt

import numpy as np
import numpy.typing as npt
from scipy import stats

from quality.intervals.clustered_share import Codes, Numbers, two_way_variance


@dataclass(frozen=True)
class Estimate:
    """An estimate with its cluster-robust 95 % interval; `clusters` is G, `n` counts rows."""

    value: float
    low: float
    high: float
    standard_error: float
    n: int
    clusters: int

    def p(self, null: float = 0.0) -> float:
        """The two-sided p-value of "it is `null`"; under 0.05 where the interval leaves `null` out."""
        if self.standard_error == 0.0:
            return 1.0 if self.value == null else 0.0
        return float(2 * stats.t.sf(abs(self.value - null) / self.standard_error, self.clusters - 1))


def clustered_estimate(
    value: float,
    influence: Numbers,
    ways: Mapping[str, Codes],
    arms: npt.NDArray[np.bool_] | None = None,
    inflation: float = 1.0,
) -> Estimate | None:
    """`value` with the interval that its (n,) `influence` values and the clusters give.

    Args:
        value: the estimate.
        influence: what each row contributes to it; sums to about 0.
        ways: name of the way → (n,) integers, equal where rows share a cluster; one or two ways.
        arms: (n,) which of two arms a row is in, where the estimate compares two.
        inflation: what the variance is multiplied by, where the influence values leave a part of it out.

    Returns:
        The estimate; None where an arm has fewer than two clusters, so that no interval exists.
    """
    codes = [np.unique(way, return_inverse=True)[1] for way in ways.values()]
    parts = [arms, ~arms] if arms is not None else [np.ones(len(influence), dtype=np.bool_)]
    clusters = min((len(np.unique(way[part])) for way in codes for part in parts), default=0)
    if clusters < 2:
        return None
    error = sqrt(inflation * two_way_variance(influence, codes, contrast=arms is not None))
    half = float(stats.t.ppf(0.975, clusters - 1)) * error if error else 0.0
    return Estimate(value, value - half, value + half, error, len(influence), clusters)


def clustered_difference(
    outcomes: npt.ArrayLike, weights: npt.ArrayLike, arms: npt.NDArray[np.bool_], ways: Mapping[str, Codes]
) -> Estimate | None:
    """Weighted share of `outcomes` where `arms` holds, less the share where it does not.

    Args:
        outcomes: (n,) of 0 or 1.
        weights: (n,) above 0.
        arms: (n,) booleans.
        ways: as in `clustered_estimate`.

    Returns:
        The difference; None where an arm has fewer than two clusters.
    """
    outcome, weight = np.asarray(outcomes, dtype=np.float64), np.asarray(weights, dtype=np.float64)
    inside, outside = weight @ arms, weight @ ~arms
    if min(inside, outside) <= 0:
        return None
    share, other = float((weight * outcome) @ arms / inside), float((weight * outcome) @ ~arms / outside)
    influence = np.where(arms, weight * (outcome - share) / inside, -weight * (outcome - other) / outside)
    # Sums of influence values are exact zeros only up to rounding; no real variance is that small.
    influence[np.abs(influence) < 1e-12 / len(influence)] = 0.0
    return clustered_estimate(share - other, influence, ways, arms)
