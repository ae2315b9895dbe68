r"""Counting votes, or weighing them by who errs how: which is nearer to the known answers here?

**Model.** On the items whose answer is known, the accuracy of the majority (a tie among $k$ counts $1/k$) and
of Dawid & Skene's model, neither of which sees the answers, and their difference; all with percentile
bootstrap intervals over items. The model *is worse* where the interval of the difference lies below zero, and
*is not shown to be better* where it reaches below zero.

**Fields needed.** `item_id`, `annotator_id`, a label; `gold` for the comparison.

**Why this default.** The model keeps a number for each item and value, and for each annotator and two values:
beyond 20 million of either (160 MB; 200 annotators of 300 words) it is not fitted.

**What it does not say.** Which is nearer on items whose answers nobody knows: gold questions are often
easier.
"""

from dataclasses import dataclass

import numpy as np

from quality.annotators.dawid_skene import DawidSkene, dawid_skene
from quality.annotators.labels import Labels
from quality.annotators.majority import majority, right, winners

DRAWS = 999
MOST_CELLS = 20_000_000
_BLOCK = 2**22  # numbers of a block of draws: 32 MB


@dataclass(frozen=True)
class Accuracy:
    """An accuracy, or a difference of two, with its 95 % interval."""

    observed: float
    low: float
    high: float


@dataclass(frozen=True)
class Consensus:
    """The two ways of joining judgements; the accuracies are None where no answer is known.

    `annotators` and `values` name the axes of `model.confusion`; `items` counts those with a known answer.
    """

    model: DawidSkene
    annotators: tuple[str, ...]
    values: tuple[str, ...]
    items: int
    majority: Accuracy | None = None
    dawid_skene: Accuracy | None = None
    gain: Accuracy | None = None

    @property
    def sentence(self) -> str:
        """Which was nearer to the known answers."""
        if self.majority is None or self.dawid_skene is None or self.gain is None:
            return "No answer is known, so the two cannot be compared."
        gain = self.gain
        word = "better" if gain.observed > 0 else "worse" if gain.observed < 0 else "no different"
        sure = "" if gain.low > 0 or gain.high < 0 else ", which the items cannot tell from no difference"
        return (
            f"On {self.items:,} items with a known answer the majority is right in "
            f"{self.majority.observed:.1%} and Dawid-Skene in {self.dawid_skene.observed:.1%}: {word} by "
            f"{abs(gain.observed):.1%} (95 % interval of the difference "
            f"{gain.low:+.1%} to {gain.high:+.1%}){sure}."
        )


def fits(labels: Labels) -> bool:
    """Is the model small enough to be fitted?"""
    values = len(labels.value_names)
    return max(len(labels.item_names), len(labels.annotator_names) * values) * values <= MOST_CELLS


def consensus(labels: Labels, seed: int = 0) -> Consensus:
    """Fit the model and hold both against the known answers."""
    model = dawid_skene(labels)
    votes, weighed = (right(shares, labels) for shares in (majority(labels), winners(model.posterior)))
    if not len(votes):
        return Consensus(model, labels.annotator_names, labels.value_names, 0)
    each = np.column_stack([votes, weighed, weighed - votes])
    found = [_accuracy(*pair) for pair in zip(each.T, _drawn(each, seed).T, strict=True)]
    return Consensus(model, labels.annotator_names, labels.value_names, len(votes), *found)


def _drawn(each: np.ndarray, seed: int) -> np.ndarray:
    """The means of the columns in `DRAWS` bootstrap samples of the rows, a block of samples at a time."""
    rng, n, drawn = np.random.default_rng(seed), len(each), []
    block = max(1, _BLOCK // n)
    for start in range(0, DRAWS, block):
        weights = rng.multinomial(n, np.full(n, 1 / n), min(block, DRAWS - start))
        drawn.append(weights / n @ each)
    return np.concatenate(drawn)


def _accuracy(values: np.ndarray, drawn: np.ndarray) -> Accuracy:
    low, high = np.quantile(drawn, [0.025, 0.975])
    return Accuracy(float(values.mean()), float(low), float(high))
