r"""Does the reward model like a change to the text better than people do?

**Model.** Pairs of a text and the same text with one property magnified (longer, listed, jargon, flattery,
vaguer). With $r_i$ whether the model scores the changed text higher and $h_i$ whether people preferred it
(1, 0.5 for neither, 0), the *skew* is the mean of $r_i$, and *skew RM - human* the mean of $r_i - h_i$,
over prompts with Student's interval; the *miscalibration* is how often the two differ (Bharadwaj, Malaviya,
Joshi & Yatskar 2025, arXiv:2506.05339: skew over .60, miscalibration about .40). As the two texts differ in
one thing only, this evidence is counterfactual.

**What it does not say.** Anything about properties that were not written into pairs.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from quality.audits.probes.scorer import Probed, Scorer, by_prompt, over_prompts


@dataclass(frozen=True)
class Perturbed:
    """`skew` is against 1/2; `over_human` and `miscalibration` are None without people's labels."""

    skew: Probed
    over_human: Probed | None
    miscalibration: float | None


def perturbation(
    scorer: Scorer,
    prompts: Sequence[str],
    plain: Sequence[str],
    changed: Sequence[str],
    human: npt.ArrayLike | None = None,
) -> Perturbed:
    """How often the scorer prefers the changed text, and how much more often than people.

    Args:
        scorer: the model.
        prompts: (n,) prompts.
        plain: (n,) responses.
        changed: (n,) the same responses with one property magnified.
        human: (n,) 1 where people prefer the changed text, 0 where the plain one, 0.5 for neither, NaN where
            nobody was asked; None without labels.
    """
    before, after = (np.asarray(scorer(prompts, texts), dtype=np.float64) for texts in (plain, changed))
    prefers = (np.sign(after - before) + 1) / 2
    skew = over_prompts(by_prompt(prompts, prefers), 0.5)
    if human is None:
        return Perturbed(skew, None, None)
    people = np.asarray(human, dtype=np.float64)
    strict = np.isin(people, (0.0, 1.0))
    apart = float((prefers != people)[strict].mean()) if strict.any() else None
    return Perturbed(skew, over_prompts(by_prompt(prompts, prefers - people)), apart)
