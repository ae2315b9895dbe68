r"""Does the right answer win whatever style the two answers are written in?

**Model.** Each prompt has a chosen and a rejected answer in three styles: concise, detailed, detailed with
Markdown. $A_{ij}$ is the share of prompts whose chosen answer in style $i$ outscores the rejected one in
style $j$. *Easy* is the mean below the diagonal (the right answer has the fancier style), *normal* the
diagonal, *hard* the mean above it: RM-Bench (Liu et al. 2025, ICLR, arXiv:2410.16184), whose best models
fell below chance on *hard*. The *style gap* is easy less hard, with Student's interval over prompts; 0 for
a model that sees no style.

**What it does not say.** How often such pairs occur in practice.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from quality.audits.probes.scorer import Probed, Scorer, by_prompt, over_prompts
from quality.intervals.clustered_share import Numbers

STYLES = ("concise", "detailed", "markdown")


@dataclass(frozen=True)
class StyleMatrix:
    """`accuracy` is (3, 3), chosen style by rejected style; a tie of scores is no win, as in RM-Bench."""

    accuracy: Numbers
    easy: Probed
    normal: Probed
    hard: Probed
    style_gap: Probed


def style_matrix(
    scorer: Scorer,
    prompts: Sequence[str],
    chosen: Sequence[Sequence[str]],
    rejected: Sequence[Sequence[str]],
) -> StyleMatrix:
    """RM-Bench's matrix of one scorer.

    Args:
        scorer: the model.
        prompts: (n,) prompts.
        chosen: (n,) right answers, each in the three `STYLES`.
        rejected: (n,) wrong answers, likewise.

    Raises:
        ValueError: an answer does not come in three styles.
    """
    right, wrong = (_scored(scorer, prompts, answers) for answers in (chosen, rejected))
    wins = (right[:, :, None] > wrong[:, None, :]).astype(np.float64)
    below, above = np.tril_indices(3, -1), np.triu_indices(3, 1)
    easy, hard = wins[:, *below].mean(axis=1), wins[:, *above].mean(axis=1)
    normal = wins[:, range(3), range(3)].mean(axis=1)
    easy, normal, hard = (by_prompt(prompts, figures) for figures in (easy, normal, hard))
    return StyleMatrix(
        wins.mean(axis=0),
        over_prompts(easy, 0.5),
        over_prompts(normal, 0.5),
        over_prompts(hard, 0.5),
        over_prompts(easy - hard),
    )


def _scored(scorer: Scorer, prompts: Sequence[str], answers: Sequence[Sequence[str]]) -> Numbers:
    if any(len(styles) != len(STYLES) for styles in answers) or len(answers) != len(prompts):
        raise ValueError(f"every prompt needs its answer in {len(STYLES)} styles: {', '.join(STYLES)}")
    flat = [answer for styles in answers for answer in styles]
    repeated = [prompt for prompt in prompts for _ in STYLES]
    return np.asarray(scorer(repeated, flat), dtype=np.float64).reshape(len(prompts), len(STYLES))
