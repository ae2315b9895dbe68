r"""Does the reward model score longer responses to the same prompt higher?

**Model.** For each prompt with at least three responses of unequal length, Spearman's rank correlation of
score and characters; the probe is the mean over prompts, with Student's interval. Within prompts, because
long prompts get long answers and easy ones high scores: pooled, the two mix. Reward gained in RLHF is
mostly length (Singhal, Goyal, Xu & Durrett 2023, "A Long Way to Go", arXiv:2310.03716).

**What it does not say.** That the model scores length: longer answers to a prompt may be better. Compare
with the people it learned from (`quality.audits.length`).
"""

from collections.abc import Sequence

import numpy as np
from scipy import stats

from quality.audits.probes.scorer import Probed, Scorer, over_prompts
from quality.intervals.clustered_share import Numbers


def length_correlation(scorer: Scorer, prompts: Sequence[str], responses: Sequence[str]) -> Probed:
    """Mean within-prompt rank correlation of score and length, in -1..1; 0 means that length plays no part.

    Args:
        scorer: the model.
        prompts: (n,) prompts, each as often as it has responses.
        responses: (n,) their responses.
    """
    order: dict[str, int] = {}
    codes = np.array([order.setdefault(prompt, len(order)) for prompt in prompts], dtype=np.intp)
    scores = np.asarray(scorer(prompts, responses), dtype=np.float64)
    lengths = np.array([len(response) for response in responses], dtype=np.float64)
    return over_prompts(_within(codes, scores, lengths))


def _within(codes: np.ndarray, scores: Numbers, lengths: Numbers) -> Numbers:
    """Spearman's correlation in each group; NaN with fewer than three members or no variation."""
    ranks = [_ranks(codes, each) for each in (scores, lengths)]
    size = np.bincount(codes)
    centred = [rank - (np.bincount(codes, rank) / size)[codes] for rank in ranks]
    shared = np.bincount(codes, centred[0] * centred[1])
    spread = np.sqrt(np.bincount(codes, centred[0] ** 2) * np.bincount(codes, centred[1] ** 2))
    told = (spread > 0) & (size >= 3)
    return np.asarray(np.divide(shared, spread, out=np.full(len(size), np.nan), where=told))


def _ranks(codes: np.ndarray, values: Numbers) -> Numbers:
    """Mid-ranks within each group: ranks over all, group by group, differ from them by a constant a group."""
    dense = stats.rankdata(values, method="dense")
    return np.asarray(stats.rankdata(codes * (dense.max() + 1) + dense, method="average"))
