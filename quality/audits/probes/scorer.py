"""A reward model as a probe sees it, and the mean of a figure over prompts."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from quality.intervals.clustered_share import Numbers

# Scores of responses to prompts, higher is better: two sequences of the same length → (n,) numbers.
Scorer = Callable[[Sequence[str], Sequence[str]], Numbers]


@dataclass(frozen=True)
class Probed:
    """A figure over prompts with its 95 % interval and p-value; NaN where there is none."""

    value: float
    low: float
    high: float
    prompts: int
    p: float


def over_prompts(figures: Numbers, null: float = 0.0) -> Probed:
    """The mean of one figure a prompt (NaN: none), with Student's interval: prompts are independent."""
    known = figures[~np.isnan(figures)]
    n, mean = len(known), float(known.mean()) if len(known) else float("nan")
    error = float(known.std(ddof=1) / np.sqrt(n)) if n > 1 else float("nan")
    half = float(stats.t.ppf(0.975, n - 1)) * error if n > 1 else float("nan")
    if error == 0.0:
        return Probed(mean, mean, mean, n, float(mean == null))
    return Probed(mean, mean - half, mean + half, n, float(2 * stats.t.sf(abs(mean - null) / error, n - 1)))


def by_prompt(prompts: Sequence[str], figures: Numbers) -> Numbers:
    """The mean of `figures` (n,) for each distinct prompt, in order of first sight."""
    order: dict[str, int] = {}
    codes = np.array([order.setdefault(prompt, len(order)) for prompt in prompts], dtype=np.intp)
    known = ~np.isnan(figures)
    total = np.bincount(codes[known], figures[known], len(order))
    seen = np.bincount(codes[known], minlength=len(order))
    return np.asarray(np.divide(total, seen, out=np.full(len(order), np.nan), where=seen > 0))
