"""May the new model take the old one's place? A frozen answer with its figures and its reasons.

**Looking again.** A comparison that may be repeated until it pleases promotes by luck: at the usual level a
model worse by the margin passes one look in forty, and one of 28 independent looks in half the cases. So
every look at a contract week's data is numbered before it is taken (`rampart.ledger.looks`), look k is judged
at an error of 0.05 / 2^(k-1), and after the fourth only a person may promote. The errors of all looks
together stay below twice that of the first, so a model worse by the margin passes in less than 5 % of cases,
however often somebody tries.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from rampart.retrain.bootstrap import Estimate, clustered_mean
from rampart.retrain.mcnemar import McNemar, mcnemar
from rampart.retrain.protected import Held

# Below this a percentile interval over clusters is too narrow to decide on: with 10 normal clusters it
# covers about 90 % instead of 95 %, with 30 about 94 %.
FEWEST_PROMPTS = 30
# Beyond it the tails that decide hold fewer than five of the 2000 resamples.
MOST_LOOKS = 4


@dataclass(frozen=True)
class PromotionDecision:
    """Whether the challenger becomes champion, and why.

    `difference` is the challenger's held-out accuracy less the champion's (less 0.5, a coin's, when there is
    no champion), with its interval `low`..`high` at `confidence`; all in shares of judgements, None where
    not estimated. `n` counts pairs, `n_prompts` the clusters behind the interval, `margin` what the rule
    tolerates. `look` counts the comparisons on the contract week's data, this one included. `held` are the
    protected slices and bias probes. `reason` is what decided; `reasons` are all sentences, it first.
    """

    promoted: bool
    difference: float | None
    low: float | None
    high: float | None
    n: int
    n_prompts: int
    margin: float
    reason: str
    look: int = 1
    confidence: float = 0.95
    mcnemar: McNemar | None = None
    held: tuple[Held, ...] = ()
    reasons: tuple[str, ...] = ()


def confidence_of(look: int) -> float:
    """The confidence of the intervals that look number `look` (from 1) is judged by."""
    return 1 - 0.05 / 2.0 ** (look - 1)


def weigh(decision: PromotionDecision, held: Sequence[Held]) -> PromotionDecision:
    """The whole answer: overall accuracy, and every protected slice and bias probe."""
    against = [one.reason for one in held if one.blocks]
    if decision.look > MOST_LOOKS:
        against.append(
            f"this is look {decision.look} at the week's data, and after {MOST_LOOKS} only a person promotes"
        )
    reason = decision.reason
    if decision.promoted and against:
        reason = f"Not promoted: {'; '.join(against)}. Otherwise: {decision.reason}"
    rest = [f"{one.reason}." for one in held if not (decision.promoted and one.blocks)]
    if decision.look > 1:
        rest.append(
            f"Look {decision.look} at the data of this contract week; intervals are at "
            f"{decision.confidence:.2%} for that."
        )
    if decision.mcnemar:
        rest.append(f"{decision.mcnemar}.")
    return replace(
        decision,
        promoted=decision.promoted and not against,
        reason=reason,
        held=tuple(held),
        reasons=(reason, *(sentence[0].upper() + sentence[1:] for sentence in rest)),
    )


def decide(
    challenger: NDArray[np.float64],
    champion: NDArray[np.float64] | None,
    *,
    weights: NDArray[np.float64],
    prompt_keys: Sequence[str],
    margin: float,
    seed: int,
    look: int = 1,
) -> PromotionDecision:
    """Compare two models on the same held-out pairs.

    With a champion the challenger is promoted when it is *non-inferior and not observed worse*: the low end
    of the difference's interval is above -margin, and the difference is at least 0. The first alone would
    let accuracy drift down by a little each week; the second alone would promote on luck. It is not a test
    of being better: an equal model trained on more weeks may replace the old one, about every second time.
    A model truly worse by `margin` passes in about 2.5 % of cases at most.

    Without a champion the challenger must beat a coin: the low end of its accuracy must be above 0.5.

    Args:
        challenger: shape (m,), 1 right, 0.5 undecided, 0 wrong (`evaluate.correctness`).
        champion: the same of the model in force, or None.
        weights: shape (m,), positive.
        prompt_keys: m keys; the interval resamples prompts, both models on the same ones.
        margin: accuracy that may be lost at most, a share.
        seed: fixes the resamples.
        look: the number of this comparison on the contract week's data, from 1.

    Raises:
        ValueError: when the arrays differ in length.
    """
    lengths = {len(challenger), len(weights), len(prompt_keys)} | (
        set() if champion is None else {len(champion)}
    )
    if len(lengths) > 1:
        raise ValueError(f"got arrays of {sorted(lengths)} pairs; both models are judged on the same pairs")
    n, n_prompts = len(challenger), len(set(prompt_keys))
    if n_prompts < FEWEST_PROMPTS:
        reason = (
            f"Not promoted: {n_prompts} held-out prompts are too few to decide on, "
            f"at least {FEWEST_PROMPTS} are needed."
        )
        return PromotionDecision(False, None, None, None, n, n_prompts, margin, reason, look)
    rival = np.full(n, 0.5) if champion is None else champion
    confidence = confidence_of(look)
    found = clustered_mean(challenger - rival, weights, prompt_keys, seed, confidence)
    low, high = _interval(found)
    promoted, reason = _first(found) if champion is None else _against(found, margin)
    shown = None if champion is None else mcnemar(challenger, champion)
    return PromotionDecision(
        promoted, found.value, low, high, n, n_prompts, margin, reason, look, confidence, shown
    )


def _interval(found: Estimate) -> tuple[float, float]:
    if found.low is None or found.high is None:
        raise ValueError(f"an interval needs more clusters than there were; the rule wants {FEWEST_PROMPTS}")
    return found.low, found.high


def _first(found: Estimate) -> tuple[bool, str]:
    low, high = _interval(found)
    figures = f"held-out accuracy {found.value + 0.5:.3f} ({low + 0.5:.3f} to {high + 0.5:.3f})"
    if low > 0:
        return True, f"Promoted as the first model: {figures} is above a coin's 0.5."
    return False, f"Not promoted as the first model: {figures} is not surely above a coin's 0.5."


def _against(found: Estimate, margin: float) -> tuple[bool, str]:
    low, high = _interval(found)
    figures = f"the difference in held-out accuracy is {found.value:+.3f} ({low:+.3f} to {high:+.3f})"
    if found.value < 0:
        return False, f"Not promoted: {figures}, so the challenger was observed worse than the champion."
    if low <= -margin:
        return False, f"Not promoted: {figures}, which does not rule out a loss of {margin:.3f}."
    return True, f"Promoted: {figures}; a loss of {margin:.3f} is ruled out and none was observed."
