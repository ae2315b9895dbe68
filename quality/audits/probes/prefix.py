r"""Does the preferred response change when something that does not matter is put before the prompt?

**Model.** For each prefix (a greeting, a system line, a blank), the share of pairs whose preferred response
changes when the prompt begins with it, and the mean absolute change of the margin over the margins'
standard deviation. The probe is the mean over prefixes of the flips, by prompt, with Student's interval; 0
for a model that reads the prompt for what it asks. A metamorphic test: no label is needed (Ribeiro, Wu,
Guestrin & Singh 2020, "Beyond Accuracy", doi:10.18653/v1/2020.acl-main.442).

**What it does not say.** Which of the two answers is right.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from quality.audits.probes.scorer import Probed, Scorer, by_prompt, over_prompts
from quality.intervals.clustered_share import Numbers

# None of them asks for another answer.
PREFIXES = ("Hello!\n\n", "You are a helpful assistant.\n\n", "Please answer the following.\n\n", "\n\n")


@dataclass(frozen=True)
class PrefixSensitivity:
    """`flips` over all prefixes; `flip_share` and `shift` (in sd of the margin) by prefix."""

    flips: Probed
    flip_share: dict[str, float]
    shift: dict[str, float]


def prefix_sensitivity(
    scorer: Scorer,
    prompts: Sequence[str],
    first: Sequence[str],
    second: Sequence[str],
    prefixes: Sequence[str] = PREFIXES,
) -> PrefixSensitivity:
    """How often each prefix flips which of two responses scores higher.

    Args:
        scorer: the model.
        prompts: (n,) prompts.
        first: (n,) responses.
        second: (n,) other responses to the same prompts.
        prefixes: what is put before the prompt, one at a time; at least one.
    """

    def margins(before: str) -> Numbers:
        asked = [before + prompt for prompt in prompts]
        return np.asarray(scorer(asked, first), dtype=np.float64) - np.asarray(scorer(asked, second))

    plain = margins("")
    moved = np.stack([margins(prefix) for prefix in prefixes])
    flips = (np.sign(moved) != np.sign(plain)).astype(np.float64)
    scale = float(plain.std()) or 1.0  # a model that tells nothing apart has no scale
    shift = np.abs(moved - plain).mean(axis=1) / scale
    return PrefixSensitivity(
        over_prompts(by_prompt(prompts, flips.mean(axis=0))),
        dict(zip(prefixes, flips.mean(axis=1).tolist(), strict=True)),
        dict(zip(prefixes, shift.tolist(), strict=True)),
    )
