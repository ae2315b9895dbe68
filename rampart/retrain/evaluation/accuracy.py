r"""How often a model orders pairs as people did, and how sure that is when pairs of one prompt go together.

**Model.** Pair $i$ with weight $w_i$ is right ($y_i$ = 1), wrong (0) or undecided (0.5); accuracy is the
weighted mean $\hat\mu$, with the one-way variance $\hat V$ of `quality.intervals.clustered_share` over $G$
prompts. The interval is Wilson's at the effective sample size $\hat\mu (1 - \hat\mu) / \hat V$, with
Student's quantile on G - 1 degrees of freedom (Dean and Pagano 2015, "Evaluating Confidence Interval Methods
for Binomial Proportions in Clustered Surveys",
doi:10.1093/jssam/smv024). Nothing is resampled, so sixty slices cost what one does.

**Why this one.** Slices are small and accuracies high, where symmetric intervals are too short. With prompts
of one to six pairs that share an intraclass correlation of 0.3, at a true accuracy of 0.55, 0.75 and 0.9, it
covers the truth in 95, 96 and 98 % of 3,000 draws of 10 prompts and in 95, 94 and 94 % of 30; Student's
symmetric interval in 93, 90 and 81 % and in 94, 93 and 90 %.

**What it does not say.** What another training would give: the model is taken as it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from quality.intervals.clustered_share import two_way_variance
from quality.intervals.wilson import wilson
from rampart.retrain.bootstrap import FEWEST_CLUSTERS, Estimate
from rampart.retrain.evaluation.slices import NamedSlice

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Judged:
    """m pairs as accuracy sees them: `right` (1, 0.5 or 0), `weights` above 0, and integer `prompts`."""

    right: Floats
    weights: Floats
    prompts: NDArray[np.intp]

    @classmethod
    def of(cls, right: Floats, weights: Floats, prompt_keys: Sequence[str]) -> "Judged":
        """From the prompts' keys."""
        return cls(right, weights, np.unique(np.asarray(prompt_keys, dtype=str), return_inverse=True)[1])

    def among(self, chosen: NDArray[np.bool_]) -> "Judged":
        """Only the `chosen` ones."""
        return Judged(self.right[chosen], self.weights[chosen], self.prompts[chosen])

    @property
    def n_prompts(self) -> int:
        """How many different prompts there are."""
        return len(np.unique(self.prompts))


@dataclass(frozen=True)
class SliceAccuracy:
    """Accuracy on one slice (`evaluation.slices`).

    `accuracy` is None where there are too few prompts, and `said` says so; otherwise `said` is empty.
    """

    name: str
    value: str
    accuracy: Estimate | None
    n_pairs: int
    n_prompts: int
    said: str


def correctness(margins: Floats, targets: Floats) -> Floats:
    """1 where the margin (first score less second) agrees with the judgement, 0.5 where it is 0, else 0."""
    return np.where(margins == 0, 0.5, ((margins > 0) == (targets > 0.5)).astype(np.float64))


def accuracy_of(judged: Judged) -> Estimate:
    """Weighted mean of `right` with its 95 % interval; no interval with fewer than ten prompts.

    Raises:
        ValueError: there is no pair.
    """
    if len(judged.right) == 0:
        raise ValueError("there is no pair to be right about; ask only where there are pairs")
    total = judged.weights.sum()
    share = float(judged.weights @ judged.right / total)
    groups = np.unique(judged.prompts, return_inverse=True)[1]
    prompts = int(groups.max()) + 1
    if prompts < FEWEST_CLUSTERS:
        return Estimate(share, None, None)
    variance = two_way_variance(judged.weights * (judged.right - share) / total, [groups])
    # Kish's count of the pairs (section 11.7 of *Survey Sampling*): clustering never makes them worth more.
    most = float(total**2 / (judged.weights @ judged.weights))
    spread = share * (1 - share)
    # Where no prompt differs from another nothing is known of their spread: each counts as one.
    effective = min(most, spread / variance) if variance > 1e-12 * max(spread, 1 / most) else float(prompts)
    return Estimate(share, *wilson(share, effective, float(stats.t.ppf(0.975, prompts - 1))))


def slice_accuracy(judged: Judged, part: NamedSlice) -> SliceAccuracy:
    """Accuracy on `part`, or why there is none."""
    inside = judged.among(part.mask)
    n_pairs, n_prompts = len(inside.right), inside.n_prompts
    if n_prompts < FEWEST_CLUSTERS:
        said = f"Too few prompts to say: {n_prompts:,}, at least {FEWEST_CLUSTERS} are needed."
        return SliceAccuracy(part.name, part.value, None, n_pairs, n_prompts, said)
    return SliceAccuracy(part.name, part.value, accuracy_of(inside), n_pairs, n_prompts, "")
