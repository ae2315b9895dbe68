r"""Intervals of several shares of one whole, all right at once.

**Model.** Of $n$ rows, $x_j$ are of kind $j = 1 \dots k$: a multinomial draw with shares $\pi_j$. Goodman's
intervals solve $(\hat p_j - \pi_j)^2 = \chi^2_{1,\,1 - \alpha / k}\, \pi_j (1 - \pi_j) / n$ in $\pi_j$:
Wilson's interval for each share, at a level that Bonferroni's inequality makes hold for all (Goodman 1965,
"On Simultaneous Confidence Intervals for Multinomial Proportions", Technometrics 7(2),
doi:10.1080/00401706.1965.10490252). With at least 95 % probability none of them misses.
"""

from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from quality.intervals.wilson import wilson


def simultaneous(counts: npt.ArrayLike, n: float, level: float = 0.95) -> npt.NDArray[np.float64]:
    """Goodman's intervals of the shares that `counts` (k,) are of their sum, as (k, 2).

    `n` is how many independent rows the counts stand for: their sum, or fewer where rows repeat each other.
    """
    number = np.asarray(counts, dtype=np.float64)
    z = NormalDist().inv_cdf(1 - (1 - level) / (2 * len(number)))
    return np.array([wilson(share, n, z) for share in number / number.sum()])
