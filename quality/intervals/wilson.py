r"""The interval of a share, were its rows independent.

**Model.** $x \sim \mathrm{Binomial}(n, \theta)$ with $\hat p = x / n$ and $z = \Phi^{-1}(0.975)$. Those
$\theta$ that the score test does not reject are

$$\frac{\hat p + z^2 / 2n \pm z \sqrt{\hat p (1 - \hat p) / n + z^2 / 4 n^2}}{1 + z^2 / n}$$

(Wilson 1927, "Probable Inference, the Law of Succession, and Statistical Inference", JASA 22(158),
doi:10.1080/01621459.1927.10502953). It stays inside 0..1 and is honest at both ends, unlike the normal
approximation. In preference data rows are *not* independent: here it describes, and the cluster-robust
interval decides.
"""

from math import sqrt
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

Z = NormalDist().inv_cdf(0.975)


def wilson(share: float, n: float, z: float = Z) -> tuple[float, float]:
    """Wilson's score interval of `share` (0..1) over `n` independent rows; 95 % unless `z` says otherwise.

    `n` need not be whole, so that weighted rows can be given as their Kish count; `ValueError` unless n > 0.
    """
    if n <= 0:
        raise ValueError(f"an interval over n = {n} rows does not exist; expected n > 0")
    centre = share + z**2 / (2 * n)
    half = z * sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    scale = 1 + z**2 / n
    return max(0.0, (centre - half) / scale), min(1.0, (centre + half) / scale)


def weighted_wilson(outcomes: npt.ArrayLike, weights: npt.ArrayLike) -> tuple[float, float, float]:
    """The weighted share of `outcomes` (n,) of 0 or 1, with Wilson's interval: (share, low, high).

    The interval's n is Kish's (sum of weights)² / sum of squared weights (Kish 1965, *Survey Sampling*,
    section 11.7), so equal weights, however small, count every row once.
    """
    weight = np.asarray(weights, dtype=np.float64)
    share = float(np.average(np.asarray(outcomes, dtype=np.float64), weights=weight))
    return share, *wilson(share, float(weight.sum() ** 2 / (weight @ weight)))
