"""A weighted mean with the error that pairs of one prompt share.

Error and interval are those of `quality.intervals.clustered_estimate` in one way. The error is wanted beside
the interval, to tell batches apart with; where only an interval is, `rampart.retrain.bootstrap` resamples.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student

from quality.intervals.clustered_estimate import clustered_estimate
from rampart.retrain.bootstrap import FEWEST_CLUSTERS

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
Names = NDArray[np.str_]

LEVEL = 0.95


@dataclass(frozen=True)
class Clustered:
    """A mean, its standard error, and its 95 % interval; None with fewer than 10 prompts."""

    value: float
    error: float | None
    low: float | None
    high: float | None
    n_pairs: int
    n_prompts: int

    @property
    def distinguishable(self) -> bool:
        """Does the interval leave 0 out?"""
        return self.low is not None and self.high is not None and (self.low > 0 or self.high < 0)


def clustered(values: Floats, weights: Floats, prompts: Names) -> Clustered:
    """The weighted mean of `values`, m of each, clustered by `prompts`; `ValueError` when there is none."""
    if not len(values):
        raise ValueError("there is no pair to average over; ask only where there are pairs")
    names, place = np.unique(prompts, return_inverse=True)
    many, value = len(names), float(weights @ values / weights.sum())
    if many < FEWEST_CLUSTERS:
        return Clustered(value, None, None, None, len(values), many)
    found = clustered_estimate(value, weights * (values - value) / weights.sum(), {"prompt": place})
    assert found is not None  # noqa: S101 (narrows the type: there are clusters enough)
    return Clustered(value, found.standard_error, found.low, found.high, found.n, many)


def with_interval(value: float, error: float, freedom: float, n_pairs: int, n_prompts: int) -> Clustered:
    """`value` with the interval that `error` gives on so many degrees of freedom."""
    reach = float(student.ppf((1 + LEVEL) / 2, freedom)) * error
    return Clustered(value, error, value - reach, value + reach, n_pairs, n_prompts)
