"""What a benchmark says of a model: figures with their intervals, and the file they rest on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
from scipy import stats

from quality.intervals.clustered_estimate import clustered_estimate
from quality.intervals.clustered_share import Numbers


@dataclass(frozen=True)
class Figure:
    """One figure, 0..1, over `n` prompts, with its 95 % interval; None where `n` is too small for one."""

    value: float
    low: float | None
    high: float | None
    standard_error: float | None
    n: int


@dataclass(frozen=True)
class BenchmarkResult:
    """One benchmark's figures by name, the overall one under ``score``.

    `path` and `digest` (SHA-256 of its bytes) say which file it was. `matrix` is RM-Bench's accuracy by style
    of the right answer (rows) and of the wrong one (columns); empty for others.
    """

    benchmark: str
    path: str
    digest: str
    figures: Mapping[str, Figure]
    matrix: tuple[tuple[float, ...], ...] = ()

    @property
    def metrics(self) -> dict[str, float]:
        """The figures by the names they are booked under."""
        return {
            self.benchmark if name == "score" else f"{self.benchmark}_{name}": figure.value
            for name, figure in self.figures.items()
        }


def mean_of(values: Numbers) -> Figure:
    """The mean of one value a prompt, prompts independent."""
    mean = float(values.mean())
    return figure_of(mean, (values - mean) / len(values))


def figure_of(value: float, influence: Numbers) -> Figure:
    """`value` with the interval of its (n,) influence values, one a prompt."""
    found = clustered_estimate(value, influence, {"prompt": np.arange(len(influence))})
    if found is None:
        return Figure(value, None, None, None, len(influence))
    low, high = max(0.0, found.low), min(1.0, found.high)
    return Figure(value, low, high, found.standard_error, len(influence))


def unweighted(parts: Sequence[Figure]) -> Figure:
    """The mean of figures on different prompts, each counting alike however many prompts it has.

    Its variance is the mean of theirs over their number. No interval where a part has none.
    """
    value, n = float(np.mean([part.value for part in parts])), sum(part.n for part in parts)
    errors = [part.standard_error for part in parts if part.standard_error is not None]
    if len(errors) < len(parts):
        return Figure(value, None, None, None, n)
    error = sqrt(sum(each**2 for each in errors)) / len(parts)
    half = float(stats.norm.ppf(0.975)) * error
    return Figure(value, max(0.0, value - half), min(1.0, value + half), error, n)
