r"""How fast does each vendor learn, and which discard rates are to be expected in the weeks to come?

**Model.** Vendor $v$ discards $k_{vw}$ of $n_{vw}$ readable records in week $w$,

$$k_{vw} \sim \mathrm{Binomial}(n_{vw}, \theta_{vw}), \qquad
  \mathrm{logit}\,\theta_{vw} = a_v + b_v f(w) + d_{vw} + e_{vw}$$

with start $a_v \sim N(\alpha, 0.7^2)$ and slope $b_v \sim N(\beta, 0.25^2)$, $d$ a random walk of weekly
step $\delta_v$ (crews, guidelines and tools change) and $e \sim N(0, \sigma_v^2)$ a week's own. $f$ is one of
four: $\log w$, learning that goes on (the power law of practice: Newell & Rosenbloom 1981, "Mechanisms of
skill acquisition and the law of practice"); $2(1 - e^{-(w - 1)/2})$, learning that ends (Heathcote, Brown &
Mewhort 2000, "The power law repealed", doi:10.3758/BF03212979); $2(1 - e^{-(w - 1)^2/6})$ and, later still,
$2(1 - e^{-(w - 1)^2/16})$, learning that takes hold late: slow, then fast, then over.

**Pooling that a cheat cannot pull.** $\alpha$, $\beta$ and the shape are the programme's; $\delta$ and
$\sigma$ are each vendor's own, so that one vendor's jumps make no other's forecast wider. What the others
say of the programme is a product of mixtures: each of them is, with probability 0.2, unlike the rest and
then says nothing (the contaminated law of Tukey 1960, "A survey of sampling from contaminated
distributions"), and so may be the vendor asked about. A vendor whose discards rise tenfold counts as unlike.

**Steps to come have long tails.** They are Student's t with 3 degrees of freedom and standard deviation
$\delta$: most weeks are like the last, and some are not. With probability 0.3 the weeks seen say nothing of
$\delta$ in those to come: two quiet weeks do not promise a third.

**How.** At a grid point ($\alpha, \beta$, shape, $\delta, \sigma$) all is Gaussian but the counts: Laplace's
approximation at the mode, by Newton's method (Rasmussen & Williams 2006, *Gaussian Processes for Machine
Learning*, algorithms 3.1 and 3.2), a vendor at a time. Grid points are not chosen among but averaged over,
each weighted by its marginal likelihood. No sampler, no iteration without an end.

**Fields needed.** `vendor`, `week`, `readable`, `discarded`; more vendors of the programme make it sharper.

**Why these defaults.** The grid's prior weights began as those under which 360 whole simulated contracts of
the six kinds in `simulator/ramps.py`, none of which is this model, were likeliest (maximum likelihood by EM,
with one shape that takes hold late): nearly all on the middle start and slope and the larger `own`, and
0.67, 0.24 and 0.09 on the three steps. They were then widened by hand, because near them 80 % intervals made
after week 3 held in 75 % of 432 contracts and a no-go was right in 94 %: the largest step has twice its
weight, the outer starts and slopes have some, and a later shape was added. All this on other seeds than
those that `benchmarks/forecast.py` measures on. No public record of a vendor's weekly discards is known to
set them by.

**What it does not say.** That a vendor keeps learning: it carries a curve on. Nor does it know of ceilings: a
vendor that works to them looks to it like one that happened to get better in that week.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy import special

Numbers = npt.NDArray[np.float64]

# Each value of the grid with its prior probability; all but the names of the shapes in logits.
STARTS, START_SD = {-2.2: 0.15, -1.0: 0.7, 0.2: 0.15}, 0.7
SLOPES, SLOPE_SD = {-1.1: 0.15, -0.6: 0.7, -0.1: 0.15}, 0.25
SHAPES = {"goes on": 0.45, "ends": 0.15, "takes hold late": 0.2, "takes hold later": 0.2}
STEPS = {0.05: 0.5, 0.2: 0.3, 0.6: 0.2}
OWNS = {0.05: 0.2, 0.15: 0.8}
UNLIKE = 0.2
TAIL = 3.0
ANEW = 0.3
_NEWTON_STEPS = 30  # far more than needed: from the observed logits it is quadratic in three or four

_AXES = (STARTS, SLOPES, SHAPES, STEPS, OWNS)
_GRID: Numbers = np.array(list(product(STARTS, SLOPES, range(len(SHAPES)), STEPS, OWNS)), dtype=np.float64)
_BELIEVED: Numbers = np.prod(list(product(*(axis.values() for axis in _AXES))), axis=1).reshape(
    len(STARTS) * len(SLOPES) * len(SHAPES), -1
)  # (programme, own)


@dataclass(frozen=True)
class Curve:
    """One vendor's weeks at every grid point: what predictions are made of.

    `evidence` is the log marginal likelihood, `pull` the score at the mode, `root` that of the likelihood's
    curvature, and `factor` the Cholesky factor that goes with it.
    """

    weeks: Numbers
    evidence: Numbers
    pull: Numbers
    root: Numbers
    factor: Numbers

    @property
    def likelihood(self) -> Numbers:
        """(programme, own) marginal likelihoods, up to a factor."""
        return np.asarray(np.exp(self.evidence - self.evidence.max()).reshape(_BELIEVED.shape))


@dataclass(frozen=True)
class LearningCurves:
    """The learning curves of a programme's vendors, given the weeks seen."""

    curves: dict[str, Curve]

    def weights(self, vendor: str) -> Numbers:
        """(grid,) posterior probabilities of the grid points, for `vendor`."""
        programme = np.ones(len(_BELIEVED))
        for name, curve in self.curves.items():
            if name != vendor:
                says = (curve.likelihood * _BELIEVED).sum(axis=1) / _BELIEVED.sum(axis=1)
                programme *= (1 - UNLIKE) * says / says.mean() + UNLIKE
        programme = (1 - UNLIKE) * programme / programme.mean() + UNLIKE
        mine = self.curves.get(vendor)
        found = programme[:, None] * _BELIEVED * (mine.likelihood if mine else 1.0)
        return np.asarray((found / found.sum()).ravel())

    def shape(self, vendor: str) -> dict[str, float]:
        """The probability of each shape of `vendor`'s curve."""
        weights = self.weights(vendor)
        return {name: float(weights[_GRID[:, 2] == at].sum()) for at, name in enumerate(SHAPES)}

    def draw(self, vendor: str, weeks: Sequence[int], draws: int, rng: np.random.Generator) -> Numbers:
        """(draws, weeks) discard rates of `vendor` in `weeks`, from the posterior.

        A vendor without a week so far is drawn from what is known of the others, or of none.
        """
        when = np.asarray(weeks, dtype=np.float64)
        curve = self.curves.get(vendor) or _curve(*np.empty((3, 0)))
        last = curve.weeks.max(initial=1.0)
        means, covariances = _predicted(curve, when, last)
        roots = np.linalg.cholesky(covariances + 1e-10 * np.eye(len(when)))
        at = rng.choice(len(_GRID), draws, p=self.weights(vendor))
        noise = rng.standard_normal((draws, len(when)))
        known = means[at] + (roots[at] @ noise[:, :, None])[:, :, 0]
        return np.asarray(special.expit(known + _steps_to_come(_GRID[at, 3], when, last, rng)))


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
    found = {}
    for (vendor,), own in sorted(seen.partition_by("vendor", as_dict=True).items()):
        found[str(vendor)] = _curve(
            *(own[name].to_numpy().astype(np.float64) for name in ("week", "readable", "discarded"))
        )
    return LearningCurves(found)


def _curve(weeks: Numbers, readable: Numbers, discarded: Numbers) -> Curve:
    prior, mean = _covariance(weeks, weeks, np.inf), _mean(weeks)
    logits = _mode(prior, mean, readable, discarded)
    pull, root, factor = _curvature(prior, logits, readable, discarded)
    evidence = _evidence(logits, logits - mean, factor, readable, discarded)
    return Curve(weeks, evidence, pull, root, factor)


def _shape(weeks: Numbers) -> Numbers:
    """(grid, weeks) of f: how far along the curve each week is."""
    before = weeks - 1
    shapes = np.array(
        [
            np.log(weeks),
            -2 * np.expm1(-before / 2),
            -2 * np.expm1(-(before**2) / 6),
            -2 * np.expm1(-(before**2) / 16),
        ]
    )
    return np.asarray(shapes[_GRID[:, 2].astype(np.intp)])


def _mean(weeks: Numbers) -> Numbers:
    return np.asarray(_GRID[:, :1] + _GRID[:, 1:2] * _shape(weeks))


def _covariance(weeks: Numbers, others: Numbers, until: float) -> Numbers:
    """(grid, n, m) covariances of a vendor's logits; the walk's steps after week `until` left out."""
    step, own = (column[:, None, None] for column in _GRID[:, 3:].T)
    curve = _shape(weeks)[:, :, None] * _shape(others)[:, None, :]
    walk = np.minimum(np.minimum(weeks[:, None], others), until) - 1
    same = weeks[:, None] == others
    return np.asarray(START_SD**2 + SLOPE_SD**2 * curve + step**2 * walk + same * own**2)


def _predicted(curve: Curve, weeks: Numbers, last: float) -> tuple[Numbers, Numbers]:
    """Mean (grid, m) and covariance (grid, m, m) of the logits, without the walk's steps after `last`."""
    cross = _covariance(curve.weeks, weeks, last)
    mean = _mean(weeks) + np.einsum("gi,gij->gj", curve.pull, cross)
    half = np.linalg.solve(curve.factor, curve.root[:, :, None] * cross)
    return mean, _covariance(weeks, weeks, last) - half.transpose(0, 2, 1) @ half


def _steps_to_come(so_far: Numbers, weeks: Numbers, last: float, rng: np.random.Generator) -> Numbers:
    """(draws, weeks) of how far the walk goes after week `last`; `so_far` (draws,) are its steps' sizes."""
    draws, count = len(so_far), int(max(weeks.max(initial=last) - last, 0))
    if not count:
        return np.zeros((draws, len(weeks)))
    anew = rng.choice(list(STEPS), draws, p=list(STEPS.values()))
    size = np.where(rng.random(draws) < ANEW, anew, so_far)
    # Of standard deviation 1: with three degrees of freedom the variance of t is 3.
    steps = rng.standard_t(TAIL, (draws, count)) / np.sqrt(TAIL / (TAIL - 2))
    walk = np.concatenate([np.zeros((draws, 1)), np.cumsum(steps, axis=1)], axis=1)
    ahead = np.maximum(weeks - last, 0).astype(np.intp)
    return np.asarray(size[:, None] * walk[:, ahead])


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
