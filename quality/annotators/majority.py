"""What most annotators said of an item, ties shared out."""

import numpy as np
import numpy.typing as npt

from quality.annotators.labels import UNKNOWN, Labels

Numbers = npt.NDArray[np.float64]


def winners(scores: Numbers) -> Numbers:
    """Each item's highest scores (items, values) as shares: 1 for a clear winner, 1/k where k tie."""
    best = scores == scores.max(axis=1, keepdims=True)
    return np.asarray(best / best.sum(axis=1, keepdims=True))


def majority(labels: Labels) -> Numbers:
    """The vote's winner of each item, (items, values)."""
    return winners(labels.counts)


def right(shares: Numbers, labels: Labels) -> Numbers:
    """How right `shares` (items, values) are on each item whose answer is known, 0..1.

    A tie among k counts as 1/k, what drawing one of them would give on average.
    """
    known = np.flatnonzero(labels.truth != UNKNOWN)
    return np.asarray(shares[known, labels.truth[known]])
