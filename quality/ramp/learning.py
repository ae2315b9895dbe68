r"""How fast does each vendor learn, and which discard rates are to be expected in the weeks to come?

**Model.** Vendor $v$ discards $k_{vw}$ of $n_{vw}$ readable records in week $w$,

$$k_{vw} \sim \mathrm{Binomial}(n_{vw}, \theta_{vw}), \qquad
  \mathrm{logit}\,\theta_{vw} = a_v + b_v f(w) + d_{vw} + e_{vw}$$

with start $a_v \sim N(\alpha, \tau_a^2)$ and slope $b_v \sim N(\beta, \tau_b^2)$ around those of all
vendors, $\alpha \sim N(-1, 1)$ and $\beta \sim N(-0.6, 0.4^2)$; $d$ is a random walk of weekly step $\delta$
(crews and guidelines change) and $e \sim N(0, \sigma^2)$ a week's own. All of it is Gaussian, so the logits
are one Gaussian process over (vendor, week), seen and to come. A vendor with few weeks is drawn towards the
others: partial pooling. $f$ is $\log w$ (the power law of practice: Newell & Rosenbloom 1981, "Mechanisms of
skill acquisition and the law of practice") or $2(1 - e^{-(w - 1)/2})$, learning that ends (Heathcote, Brown
& Mewhort 2000, "The power law repealed", doi:10.3758/BF03212979, who find it the more common).

**How.** Laplace's approximation at the posterior mode, by Newton's method (Rasmussen & Williams 2006,
*Gaussian Processes for Machine Learning*, algorithms 3.1 and 3.2). What is not known well from a few weeks
(which $f$, and the four spreads) is not set to one best value but averaged over a small grid, each point
weighted by its marginal likelihood. No sampler, no iteration without an end.

**Fields needed.** `vendor`, `week`, `readable`, `discarded`; more vendors of the programme make it sharper.

**Why these defaults.** The spreads of the grid reach from vendors that hardly differ (0.25 logits) to those
that share little (0.8), a week's own from 0.05 to 0.17 and the walk's step from 0.04 to 0.17; at a rate of
20 %, 0.1 logits are 1.6 points. They were set so that 80 % intervals hold in about 80 % of simulated
contracts of the four kinds in `simulator/ramps.py`, none of which is this model; `benchmarks/forecast.py`
measures on other seeds. No public record of a vendor's weekly discards is known to set them by.

**What it does not say.** That a vendor keeps learning: it carries a curve on. A change that never showed in
the weeks so far (a new crew, another kind of item) is only in it as the walk's step.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy import special

Numbers = npt.NDArray[np.float64]
Codes = npt.NDArray[np.intp]

START, START_SD = -1.0, 1.0
SLOPE, SLOPE_SD = -0.6, 0.4
_NEWTON_STEPS = 20  # far more than needed: from the observed logits it is quadratic in three or four

# (learning ends?, tau_a, tau_b, delta, sigma): what is averaged over.
_GRID: Numbers = np.array(
    list(product((0.0, 1.0), (0.25, 0.8), (0.12, 0.4), (0.04, 0.17), (0.05, 0.17))), dtype=np.float64
)


@dataclass(frozen=True)
class LearningCurves:
    """The learning curves of a programme's vendors, given the weeks seen.

    `weights` are the grid points' posterior probabilities. `pull`, `root` and `factor` are what predictions
    are made of: the score at the mode, the root of the likelihood's curvature, and the Cholesky factor.
    """

    vendors: tuple[str, ...]
    who: Codes
    weeks: Numbers
    readable: Numbers
    discarded: Numbers
    weights: Numbers
    pull: Numbers
    root: Numbers
    factor: Numbers

    @property
    def learning_ends(self) -> float:
        """P(the learning that ends fits better than the one that goes on), 0..1."""
        return float(self.weights @ _GRID[:, 0])

    def draw(self, vendor: str, weeks: Sequence[int], draws: int, rng: np.random.Generator) -> Numbers:
        """(draws, weeks) discard rates of `vendor` in `weeks`, from the posterior.

        A vendor without a week so far is drawn from what is known of the others, or of none.
        """
        code = self.vendors.index(vendor) if vendor in self.vendors else len(self.vendors)
        who, when = np.full(len(weeks), code), np.asarray(weeks, dtype=np.float64)
        means, covariances = self._predicted(who, when)
        counts = rng.multinomial(draws, self.weights)
        parts = [
            rng.multivariate_normal(means[at], covariances[at], count, method="cholesky")
            for at, count in enumerate(counts)
            if count
        ]
        return np.asarray(special.expit(rng.permutation(np.concatenate(parts))))

    def _predicted(self, who: Codes, weeks: Numbers) -> tuple[Numbers, Numbers]:
        """Mean (grid, m) and covariance (grid, m, m) of the logits."""
        cross = _covariance(self.who, self.weeks, who, weeks)
        mean = _mean(weeks) + np.einsum("gi,gij->gj", self.pull, cross)
        half = np.linalg.solve(self.factor, self.root[:, :, None] * cross)
        own = _covariance(who, weeks, who, weeks)
        return mean, own - half.transpose(0, 2, 1) @ half + 1e-10 * np.eye(len(weeks))


def learning_curves(counts: pl.DataFrame) -> LearningCurves:
    """The curves of every vendor in `counts`: one row a vendor and week with `readable` and `discarded`.

    Rows without readable records say nothing and are left out; with no row at all what is left is the prior.

    Raises:
        ValueError: a vendor's week stands twice, or more was discarded than readable.
    """
    seen = counts.filter(pl.col("readable") > 0)
    if (
        seen.select("vendor", "week").is_duplicated().any()
        or seen.filter(pl.col("discarded") > pl.col("readable")).height
    ):
        raise ValueError("expected one row a vendor and week, with at most `readable` records discarded")
    vendors = tuple(sorted(seen["vendor"].unique().to_list()))
    who = np.array([vendors.index(name) for name in seen["vendor"]], dtype=np.intp)
    weeks, n, k = (seen[name].to_numpy().astype(np.float64) for name in ("week", "readable", "discarded"))
    prior = _covariance(who, weeks, who, weeks)
    logits = _mode(prior, _mean(weeks), n, k)
    pull, root, factor = _curvature(prior, logits, n, k)
    evidence = _evidence(logits, logits - _mean(weeks), factor, n, k)
    weights = np.exp(evidence - special.logsumexp(evidence))
    return LearningCurves(vendors, who, weeks, n, k, weights / weights.sum(), pull, root, factor)


def _shape(weeks: Numbers) -> Numbers:
    """(grid, weeks) of f: how far along the curve each week is."""
    goes_on, ends = np.log(weeks), 2 * -np.expm1(-(weeks - 1) / 2)
    return np.asarray(np.where(_GRID[:, :1] > 0, ends, goes_on))


def _mean(weeks: Numbers) -> Numbers:
    return np.asarray(START + SLOPE * _shape(weeks))


def _covariance(who: Codes, weeks: Numbers, others: Codes, other_weeks: Numbers) -> Numbers:
    """(grid, n, m) covariances of the logits of two lists of (vendor, week)."""
    _, tau_a, tau_b, step, own = (column[:, None, None] for column in _GRID.T)
    curve = _shape(weeks)[:, :, None] * _shape(other_weeks)[:, None, :]
    same = who[:, None] == others
    walk = np.minimum(weeks[:, None], other_weeks) - 1
    shared = START_SD**2 + SLOPE_SD**2 * curve
    apart = same * (tau_a**2 + tau_b**2 * curve + step**2 * walk)
    return np.asarray(shared + apart + (same & (weeks[:, None] == other_weeks)) * own**2)


def _mode(prior: Numbers, mean: Numbers, n: Numbers, k: Numbers) -> Numbers:
    """(grid, n) logits at the posterior's mode."""
    logits = np.broadcast_to(np.log((k + 0.5) / (n - k + 0.5)), mean.shape)
    for _ in range(_NEWTON_STEPS):
        pull, root, factor = _curvature(prior, logits, n, k)
        wanted = root**2 * (logits - mean) + pull
        carried = (prior @ wanted[:, :, None])[:, :, 0]
        half = np.linalg.solve(factor, (root * carried)[:, :, None])
        back = np.linalg.solve(factor.transpose(0, 2, 1), half)[:, :, 0]
        after = mean + (prior @ (wanted - root * back)[:, :, None])[:, :, 0]
        if np.abs(after - logits).max(initial=0.0) < 1e-8:
            return after
        logits = after
    return logits


def _curvature(prior: Numbers, logits: Numbers, n: Numbers, k: Numbers) -> tuple[Numbers, Numbers, Numbers]:
    """Score of the likelihood, root of its curvature, and the Cholesky factor of I + root prior root."""
    rate = special.expit(logits)
    root: Numbers = np.sqrt(n * rate * (1 - rate))
    factor = np.linalg.cholesky(np.eye(len(n)) + root[:, :, None] * prior * root[:, None, :])
    return k - n * rate, root, np.asarray(factor, dtype=np.float64)


def _evidence(logits: Numbers, away: Numbers, factor: Numbers, n: Numbers, k: Numbers) -> Numbers:
    """(grid,) log marginal likelihoods, but for what all points share; `away` is how far from the mean."""
    pull = k - n * special.expit(logits)
    likelihood = (k * logits - n * np.logaddexp(0, logits)).sum(axis=1)
    volume = np.log(np.diagonal(factor, axis1=1, axis2=2)).sum(axis=1)
    return np.asarray(likelihood - 0.5 * (away * pull).sum(axis=1) - volume)
