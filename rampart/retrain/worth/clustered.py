r"""A weighted mean with the error that pairs of one prompt share.

**Model.** $\hat v = \sum_i w_i v_i / \sum_i w_i$, its variance from the sums of each prompt:
$\frac{G}{G-1} \sum_g (\sum_{i \in g} w_i (v_i - \hat v))^2 / (\sum_i w_i)^2$ (Liang and Zeger 1986,
doi:10.1093/biomet/73.1.13; CR1 of weighted least squares on a constant). The interval takes Student's t with
$G - 1$ degrees of freedom. A standard error is wanted here beside the interval, to tell batches apart with;
where only an interval is, `rampart.retrain.bootstrap` resamples.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student

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
    many, whole = len(names), float(weights.sum())
    value = float(weights @ values) / whole
    if many < FEWEST_CLUSTERS:
        return Clustered(value, None, None, None, len(values), many)
    sums = np.bincount(place, weights * (values - value))
    error = float(np.sqrt(many / (many - 1) * (sums @ sums))) / whole
    return with_interval(value, error, many - 1, len(values), many)


def with_interval(value: float, error: float, freedom: float, n_pairs: int, n_prompts: int) -> Clustered:
    """`value` with the interval that `error` gives on so many degrees of freedom."""
    reach = float(student.ppf((1 + LEVEL) / 2, freedom)) * error
    return Clustered(value, error, value - reach, value + reach, n_pairs, n_prompts)
