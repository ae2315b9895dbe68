"""McNemar's test of two models on the same pairs: shown because it is asked for, and decides nothing.

It counts pairs as if each told something of its own. Pairs of one prompt do not: a model that misreads the
prompt is wrong on all of them at once. So its p-values are too small wherever a prompt holds several pairs,
and the surer it looks the more pairs a prompt has (measured in docs/promotion.md).

Exact form (McNemar 1947, doi:10.1007/BF02295996): of the pairs that one model orders right and the other
wrong, each falls on either side with probability 1/2 under no difference.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats


@dataclass(frozen=True)
class McNemar:
    """Pairs that only the challenger (`gained`) or only the champion (`lost`) orders right; two-sided p."""

    gained: int
    lost: int
    p_value: float

    def __str__(self) -> str:
        return (
            f"McNemar's test gives p = {self.p_value:.3g} ({self.gained:,} pairs gained, {self.lost:,} lost)"
            "; it takes pairs of one prompt for independent, so it is over-confident, and decides nothing"
        )


def mcnemar(challenger: NDArray[np.float64], champion: NDArray[np.float64]) -> McNemar:
    """Compare two models pair by pair, by who is right (`evaluate.correctness`); undecided is neither."""
    gained = int(np.count_nonzero((challenger == 1) & (champion == 0)))
    lost = int(np.count_nonzero((challenger == 0) & (champion == 1)))
    if gained + lost == 0:
        return McNemar(0, 0, 1.0)
    return McNemar(gained, lost, float(stats.binomtest(gained, gained + lost).pvalue))
