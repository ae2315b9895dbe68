"""How well a reward model agrees with held-out judgements it has never seen.

Every figure weighs a pair by its weight, so a judgement counts once however many responses it ranked. Ties
have no right answer and are left out.
"""

from dataclasses import dataclass

import pyarrow as pa

from rampart.retrain.bootstrap import Estimate
from rampart.retrain.evaluation.accuracy import (
    Floats,
    Judged,
    SliceAccuracy,
    accuracy_of,
    correctness,
    slice_accuracy,
)
from rampart.retrain.evaluation.calibration import (
    ReliabilityBin,
    expected_calibration_error,
    log_loss,
    reliability,
)
from rampart.retrain.evaluation.slices import slices_of

__all__ = ["Evaluation", "correctness", "evaluate", "expected_calibration_error", "log_loss"]


@dataclass(frozen=True)
class Evaluation:
    """Held-out figures over strict pairs.

    `accuracy` counts a tie of scores as half right; its interval lets pairs of one prompt go together.
    `log_loss` is in nats (a coin has 0.693). `ece` is the expected calibration error, 0..1, and `reliability`
    the table it is the mean gap of. `slices` are in the order of `evaluation.slices.slices_of`.
    """

    accuracy: Estimate
    log_loss: float
    ece: float
    n_pairs: int
    n_prompts: int
    slices: tuple[SliceAccuracy, ...]
    reliability: tuple[ReliabilityBin, ...]


def evaluate(pairs: pa.Table, margins: Floats) -> Evaluation:
    """Judge score differences against strict held-out pairs.

    Args:
        pairs: m strict pairs (`snapshot.PAIR`, target 1 or 0).
        margins: shape (m,), score of the first response less that of the second.

    Raises:
        ValueError: when there is no pair, a tie among the pairs, or a number of margins other than m.
    """
    targets, weights = pairs["target"].to_numpy(), pairs["weight"].to_numpy()
    _check(targets, margins)
    judged = Judged.of(correctness(margins, targets), weights, pairs["prompt_key"].to_pylist())
    return Evaluation(
        accuracy=accuracy_of(judged),
        log_loss=log_loss(margins, targets, weights),
        ece=expected_calibration_error(margins, targets, weights),
        n_pairs=len(margins),
        n_prompts=judged.n_prompts,
        slices=tuple(slice_accuracy(judged, part) for part in slices_of(pairs)),
        reliability=reliability(margins, judged),
    )


def _check(targets: Floats, margins: Floats) -> None:
    if len(targets) == 0:
        raise ValueError("there is no held-out pair to evaluate on; deliver more prompts, or wait a week")
    if len(targets) != len(margins):
        raise ValueError(f"got {len(margins)} margins for {len(targets)} pairs; give one for each pair")
    if bool(((targets != 0) & (targets != 1)).any()):
        raise ValueError("there is a tie among the pairs; accuracy needs strict pairs, filter ties out first")
