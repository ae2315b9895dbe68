r"""Do shares of one whole follow a plan, and how far are they from it?

**Goodness of fit.** Pearson's $X^2 = \sum_j (x_j - n \pi_j)^2 / n \pi_j$, against $\chi^2_{k-1}$ where every
$n \pi_j \ge 5$ (Cochran 1954, doi:10.2307/3001616), else against draws of the multinomial itself with a fixed
seed, so that equal batches get equal p-values.

**Population stability index.** $\mathrm{PSI} = \sum_j (o_j - \pi_j) \ln (o_j / \pi_j)$: how far two mixes are
apart, whatever n is. Below 0.1 is read as no shift and from 0.25 as a major one (Siddiqi 2006, *Credit Risk
Scorecards*, chapter 7). Rules of thumb: under the plan it is about $\chi^2_{k-1} / n$ (Yurdakul & Naranjo
2020, doi:10.21314/JRMV.2020.227), so a small batch passes 0.1 by chance; it informs and decides nothing.
"""

import numpy as np
import numpy.typing as npt
from scipy import stats

Numbers = npt.NDArray[np.float64]
DRAWS = 9_999
LEAST_EXPECTED = 5.0  # Cochran's rule


def goodness_of_fit(counts: Numbers, planned: Numbers) -> float:
    """p-value of `counts` (k,), which need not be whole, under the shares `planned` (k,), which sum to 1."""
    if counts[planned == 0].any():
        return 0.0  # what is planned at zero cannot be drawn
    counts, planned = counts[planned > 0], planned[planned > 0]
    expected = planned * counts.sum()
    if expected.min() >= LEAST_EXPECTED:
        return float(stats.chisquare(counts, expected).pvalue)
    n = round(counts.sum())
    drawn = np.random.default_rng(0).multinomial(n, planned, DRAWS)
    beyond = (_pearson(drawn, planned * n) >= _pearson(counts, expected) - 1e-9).sum()
    return float((1 + beyond) / (1 + DRAWS))


def stability_index(counts: Numbers, planned: Numbers) -> float:
    """PSI of `counts` (k,) against `planned` (k,); an empty cell counts as half a row, as ln 0 is not."""
    half = 0.5 / counts.sum()
    observed, expected = np.maximum(counts / counts.sum(), half), np.maximum(planned, half)
    return float(((observed - expected) * np.log(observed / expected)).sum())


def _pearson(counts: npt.NDArray[np.int64] | Numbers, expected: Numbers) -> npt.NDArray[np.float64]:
    return np.asarray(((counts - expected) ** 2 / expected).sum(axis=-1), dtype=np.float64)
