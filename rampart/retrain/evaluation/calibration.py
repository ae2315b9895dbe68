"""May a score difference be read as a probability? Log loss, calibration error, and the table behind it.

The confidence in the preferred side, max(p, 1 - p), starts at 1/2 where there are two outcomes, so the bins
do as well. The expected calibration error is the mean gap of confidence and accuracy over the bins, weighted
by what is in them (Guo et al. 2017, arXiv:1706.04599, equation 3). It says nothing of which pairs are
ordered rightly: a coin that says 0.5 is perfectly calibrated.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from rampart.retrain.bootstrap import Estimate
from rampart.retrain.evaluation.accuracy import Floats, Judged, accuracy_of, correctness

CONFIDENCE_BINS = 10  # of width 0.05 over 0.5..1, where the confidence in the preferred side lies


@dataclass(frozen=True)
class ReliabilityBin:
    """Pairs whose confidence lies in `low`..`high`: the mean `confidence` and how often it was right.

    `share` is their part of all pairs' weight. Interval of `accuracy`: by prompts, None with too few.
    """

    low: float
    high: float
    confidence: float
    accuracy: Estimate
    share: float
    n_pairs: int
    n_prompts: int


def log_loss(margins: Floats, targets: Floats, weights: Floats) -> float:
    """Weighted mean cross-entropy of P(first better) = logistic(margin), in nats."""
    nats = targets * np.logaddexp(0, -margins) + (1 - targets) * np.logaddexp(0, margins)
    return float(np.average(nats, weights=weights))


def expected_calibration_error(margins: Floats, targets: Floats, weights: Floats) -> float:
    """Σ_b (weight_b / weight) · |accuracy_b - confidence_b| over equal bins of confidence, 0..1."""
    gap = np.bincount(_bins(margins), weights * (correctness(margins, targets) - _confidence(margins)))
    return float(np.abs(gap).sum() / weights.sum())


def reliability(margins: Floats, judged: Judged) -> tuple[ReliabilityBin, ...]:
    """The bins that hold a pair, least confident first; the shares sum to 1.

    Args:
        margins: shape (m,), score of the first response less that of the second.
        judged: the same m pairs.
    """
    confidence, place, total = _confidence(margins), _bins(margins), judged.weights.sum()
    table = []
    for here in np.unique(place).tolist():
        inside = place == here
        part = judged.among(inside)
        table.append(
            ReliabilityBin(
                low=0.5 + here / (2 * CONFIDENCE_BINS),
                high=0.5 + (here + 1) / (2 * CONFIDENCE_BINS),
                confidence=float(np.average(confidence[inside], weights=part.weights)),
                accuracy=accuracy_of(part),
                share=float(part.weights.sum() / total),
                n_pairs=len(part.right),
                n_prompts=part.n_prompts,
            )
        )
    return tuple(table)


def _confidence(margins: Floats) -> Floats:
    return np.asarray(expit(np.abs(margins)), dtype=np.float64)


def _bins(margins: Floats) -> NDArray[np.int64]:
    place = ((_confidence(margins) - 0.5) * 2 * CONFIDENCE_BINS).astype(np.int64)
    return np.clip(place, 0, CONFIDENCE_BINS - 1)
