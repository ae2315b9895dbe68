"""How sure a mean over pairs is, when pairs of one prompt rise and fall together.

Whole prompts are resampled with all their pairs (cluster bootstrap: Davison and Hinkley 1997, section 3.8;
Field and Welsh 2007, doi:10.1111/j.1467-9868.2007.00593.x). The interval is the percentile one.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

RESAMPLES = 2_000
# Fewer clusters resample to a handful of values, and the interval is far too narrow to be shown.
FEWEST_CLUSTERS = 10
_DRAWS_AT_ONCE = 2_000_000  # cluster indices in memory: 16 MB


@dataclass(frozen=True)
class Estimate:
    """A figure with its 95 % interval; `low` and `high` are None with fewer than 10 clusters."""

    value: float
    low: float | None
    high: float | None


def clustered_mean(
    values: Floats, weights: Floats, clusters: Sequence[str], seed: int, confidence: float = 0.95
) -> Estimate:
    """The weighted mean of `values` with its interval from 2000 resamples of the clusters.

    Args:
        values: shape (m,), at least one.
        weights: shape (m,), positive.
        clusters: the cluster of each value, m names.
        seed: fixes the resamples; the same arguments give the same interval.
        confidence: of the interval, two-sided.

    Raises:
        ValueError: when there is no value.
    """
    if len(values) == 0:
        raise ValueError("there is no value to average; ask for an estimate only where there are pairs")
    names, cluster = np.unique(np.asarray(clusters, dtype=str), return_inverse=True)
    total: Floats = np.bincount(cluster, values * weights).astype(np.float64)
    weight: Floats = np.bincount(cluster, weights).astype(np.float64)
    value = float(total.sum() / weight.sum())
    if len(names) < FEWEST_CLUSTERS:
        return Estimate(value, None, None)
    tail = (1 - confidence) / 2
    low, high = np.quantile(_resampled(total, weight, seed), [tail, 1 - tail])
    return Estimate(value, float(low), float(high))


def _resampled(total: Floats, weight: Floats, seed: int) -> Floats:
    random, k = np.random.default_rng(seed), len(total)
    rounds = max(1, _DRAWS_AT_ONCE // k)
    means = []
    for start in range(0, RESAMPLES, rounds):
        drawn = random.integers(0, k, (min(rounds, RESAMPLES - start), k))
        means.append(total[drawn].sum(axis=1) / weight[drawn].sum(axis=1))
    return np.concatenate(means)
