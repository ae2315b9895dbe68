r"""Is a gain from discarding one of *what* was discarded, or only of how much?

**Model.** Of everything delivered the gates keep $K$ judgements. One model is trained on those, one on
everything, and $R$ on $K$ judgements drawn at random. The difference between the first and the mean of the
last is what the choice was worth at equal size. Its variance has two parts, which are added: that of judged
prompts (clustered, of the differences averaged over draws) and that of the draws, $S^2_{\text{draws}} / R$;
degrees of freedom by Satterthwaite (1946, doi:10.2307/3002019). So the interval is about the mean over random
discards, for this delivery.

**Judged on what?** Held-out labels that the gates kept speak for the gates; only known answers settle it
(gold questions, a simulated world). The caller says which pairs judge.
"""

from dataclasses import dataclass

import numpy as np

from rampart.retrain.worth.clustered import Clustered, Mask, with_interval
from rampart.retrain.worth.refit import Refit
from rampart.retrain.worth.table import Judged

DRAWS = 5


@dataclass(frozen=True)
class Gated:
    """Accuracies (0..1) on the judging pairs, and their differences, gated less the other."""

    gated: Clustered
    ungated: Clustered
    random: tuple[float, ...]  # one a draw
    over_ungated: Clustered
    over_random: Clustered
    kept: int  # judgements trained on after the gates, and after a random discard
    delivered: int

    @property
    def sentence(self) -> str:
        """The comparison at equal size, in words."""
        gap = self.over_random
        told = f"{self.gated.value:.1%} after the gates, {np.mean(self.random):.1%} after a random discard"
        between = "" if gap.low is None else f" ({100 * gap.low:+.1f} to {100 * (gap.high or 0):+.1f})"
        told = f"{told} of equal size: {100 * gap.value:+.1f} points{between}"
        return told if gap.distinguishable else f"{told}, not distinguishable"


def gated(  # noqa: PLR0917 (what is trained on, what judges, and how)
    pairs: Judged, kept: Mask, judging: Mask, refit: Refit, draws: int = DRAWS, seed: int = 0
) -> Gated:
    """Compare discarding by the gates with not discarding, and with discarding as much at random.

    Args:
        pairs: m pairs of everything delivered.
        kept: (m,) pairs of judgements that the gates kept.
        judging: (m,) strict pairs outside training.
        refit: trains on some pairs.
        draws: random discards, at least 2.
        seed: of the draws.

    Raises:
        ValueError: fewer than two draws, or a judging pair is on the training side or a tie.
    """
    if draws < 2 or bool((judging & (pairs.train | ~pairs.strict)).any()):
        raise ValueError("draw at least twice, and judge on strict pairs that nothing was trained on")
    random = np.random.default_rng(seed)
    groups, place = np.unique(pairs.group[pairs.train], return_inverse=True)
    many = len(np.unique(pairs.group[pairs.train & kept]))
    by_gates = pairs.right(refit(pairs.train & kept))
    everything = pairs.right(refit(pairs.train))
    by_chance = []
    for _ in range(draws):
        drawn = np.zeros(len(groups), dtype=np.bool_)
        drawn[random.choice(len(groups), many, replace=False)] = True
        chosen = pairs.train.copy()
        chosen[pairs.train] = drawn[place]
        by_chance.append(pairs.right(refit(chosen)))
    accuracies = tuple(pairs.mean(one, judging).value for one in by_chance)
    return Gated(
        gated=pairs.mean(by_gates, judging),
        ungated=pairs.mean(everything, judging),
        random=accuracies,
        over_ungated=pairs.mean(by_gates - everything, judging),
        over_random=_over(pairs.mean(by_gates - np.mean(by_chance, axis=0), judging), accuracies),
        kept=many,
        delivered=len(groups),
    )


def _over(gap: Clustered, accuracies: tuple[float, ...]) -> Clustered:
    """`gap` with the variance of the draws in its interval."""
    if gap.error is None:
        return gap
    parts = np.array([gap.error**2, float(np.var(accuracies, ddof=1)) / len(accuracies)])
    if not parts.any():
        return gap
    freedom = parts.sum() ** 2 / float(parts**2 @ (1 / np.array([gap.n_prompts - 1, len(accuracies) - 1])))
    return with_interval(gap.value, float(np.sqrt(parts.sum())), freedom, gap.n_pairs, gap.n_prompts)
