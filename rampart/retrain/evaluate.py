"""How well a reward model agrees with held-out judgements it has never seen.

Every figure weighs a pair by its weight, so a judgement counts once however many responses it ranked. Ties
have no right answer and are left out.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from scipy.special import expit

from rampart.retrain.bootstrap import Estimate, clustered_mean
from rampart.retrain.digests import seed_of

Floats = NDArray[np.float64]

CONFIDENCE_BINS = 10  # of width 0.05 over 0.5..1, where the confidence in the preferred side lies


@dataclass(frozen=True)
class Slice:
    """Accuracy on one contract (`week` is None) or on one week of it."""

    contract_id: str
    week: int | None
    accuracy: Estimate
    n_pairs: int
    n_prompts: int


@dataclass(frozen=True)
class Evaluation:
    """Held-out figures over strict pairs.

    `accuracy` counts a tie of scores as half right; its interval resamples prompts. `log_loss` is in nats
    (a coin has 0.693). `ece` is the expected calibration error, 0..1.
    """

    accuracy: Estimate
    log_loss: float
    ece: float
    n_pairs: int
    n_prompts: int
    slices: tuple[Slice, ...]


def correctness(margins: Floats, targets: Floats) -> Floats:
    """1 where the margin (first score less second) agrees with the judgement, 0.5 where it is 0, else 0."""
    return np.where(margins == 0, 0.5, ((margins > 0) == (targets > 0.5)).astype(np.float64))


def log_loss(margins: Floats, targets: Floats, weights: Floats) -> float:
    """Weighted mean cross-entropy of P(first better) = logistic(margin), in nats."""
    nats = targets * np.logaddexp(0, -margins) + (1 - targets) * np.logaddexp(0, margins)
    return float(np.average(nats, weights=weights))


def expected_calibration_error(margins: Floats, targets: Floats, weights: Floats) -> float:
    """Mean gap between confidence and accuracy over equal bins of confidence, weighted by what is in them.

    Σ_b (weight_b / weight) · |accuracy_b - confidence_b|, the confidence being max(p, 1-p) (Guo et al.
    2017, arXiv:1706.04599, equation 3; with two outcomes it starts at 1/2, so the bins do as well).
    """
    confidence = expit(np.abs(margins))
    place = np.clip(((confidence - 0.5) * 2 * CONFIDENCE_BINS).astype(int), 0, CONFIDENCE_BINS - 1)
    gap = np.bincount(place, weights * (correctness(margins, targets) - confidence))
    return float(np.abs(gap).sum() / weights.sum())


def evaluate(pairs: pa.Table, margins: Floats, digest: str) -> Evaluation:
    """Judge score differences against strict held-out pairs.

    Args:
        pairs: m strict pairs (`snapshot.PAIR`, target 1 or 0).
        margins: shape (m,), score of the first response less that of the second.
        digest: of the snapshot; it seeds the resampling, so a repeated evaluation gives the same interval.

    Raises:
        ValueError: when there is no pair, a tie among the pairs, or a number of margins other than m.
    """
    targets, weights = pairs["target"].to_numpy(), pairs["weight"].to_numpy()
    _check(targets, margins)
    right = correctness(margins, targets)
    whole = _Judged(right, weights, np.array(pairs["prompt_key"].to_pylist()), seed_of(digest))
    return Evaluation(
        accuracy=whole.accuracy(),
        log_loss=log_loss(margins, targets, weights),
        ece=expected_calibration_error(margins, targets, weights),
        n_pairs=len(right),
        n_prompts=whole.n_prompts(),
        slices=_slices(pairs, whole),
    )


@dataclass(frozen=True, eq=False)
class _Judged:
    """What accuracy needs of some pairs."""

    right: Floats
    weights: Floats
    prompts: NDArray[np.str_]
    seed: int

    def accuracy(self) -> Estimate:
        return clustered_mean(self.right, self.weights, self.prompts.tolist(), self.seed)

    def n_prompts(self) -> int:
        return len(np.unique(self.prompts))

    def among(self, chosen: NDArray[np.bool_]) -> "_Judged":
        return _Judged(self.right[chosen], self.weights[chosen], self.prompts[chosen], self.seed)


def _slices(pairs: pa.Table, whole: _Judged) -> tuple[Slice, ...]:
    """Each contract as a whole, then its weeks."""
    contracts, weeks = np.array(pairs["contract_id"].to_pylist()), pairs["week"].to_numpy()
    slices = []
    for contract in np.unique(contracts):
        of_contract = contracts == contract
        for week in (None, *np.unique(weeks[of_contract]).tolist()):
            part = whole.among(of_contract if week is None else of_contract & (weeks == week))
            slices.append(Slice(str(contract), week, part.accuracy(), len(part.right), part.n_prompts()))
    return tuple(slices)


def _check(targets: Floats, margins: Floats) -> None:
    if len(targets) == 0:
        raise ValueError("there is no held-out pair to evaluate on; deliver more prompts, or wait a week")
    if len(targets) != len(margins):
        raise ValueError(f"got {len(margins)} margins for {len(targets)} pairs; give one for each pair")
    if bool(((targets != 0) & (targets != 1)).any()):
        raise ValueError("there is a tie among the pairs; accuracy needs strict pairs, filter ties out first")
