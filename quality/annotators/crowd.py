r"""What is usual among these annotators, and how far one of them is from it.

**Model.** Annotator $a$'s figure $e_a$ estimates a true one, $e_a \sim N(\theta_a, v_a)$, and true ones
spread around the crowd's, $\theta_a \sim N(\mu, \tau^2)$. Both are estimated so that a few odd people do not
move them: with $z_a = (e_a - \mu) / \sqrt{v_a + \tau^2}$, $\mu$ solves $\sum_a \psi(z_a) / \sqrt{v_a +
\tau^2} = 0$ for Huber's $\psi$ (Huber 1964, doi:10.1214/aoms/1177703732), and $\tau^2$ solves

$$\sum_a \min(z_a^2, c) = (A - 1) \; E[\min(\chi^2_1, c)]$$

with $c = 2.71$, the 90 % point of $\chi^2_1$: Paule & Mandel's equation (1982, doi:10.6028/jres.087.022) cut
at $c$. Those whom the fit puts beyond one in 200 ($|z| > 2.81$) are then set aside and it is made again from
the rest, until nobody else is: three rogues of sixty would otherwise widen what counts as usual. Then

- the *predictive* p-value asks how often a member of this crowd would look so far off: $2 P(t_{A-1} >
  |z_a|)$;
- the *shrunken* figure is $\mu + B_a (e_a - \mu)$ with $B_a = \tau^2 / (\tau^2 + v_a)$ and variance $B_a v_a$
  (Efron & Morris 1975, doi:10.1080/01621459.1975.10479864): what to believe of somebody of whom little is
  known.

For shares, $x_a$ of $n_a$, the spread is that of a beta distribution and the p-value the beta-binomial's own
tail (Skellam 1948), with half of what is just as far off (Lancaster 1961,
doi:10.1080/01621459.1961.10482105), because near 0 and 1 or with few judgements the normal one is wrong.

**Why compare with the crowd.** People differ honestly: a test against zero, or against the mean alone, flags
whoever judged much. In a crowd of the tests it alarms in one honest figure of four at a nominal 5 %, where
this one alarms in one of twenty.

**What it does not say.** That the crowd is right: where most are careless, the careful one is the odd one
out.
"""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy import optimize, special, stats

Numbers = npt.NDArray[np.float64]
Tail = Literal["low", "high", "both"]
CUT = float(stats.chi2.ppf(0.9, 1))
# E[min(chi2, c)]: the part below c is the distribution with two more degrees of freedom.
CUT_MEAN = float(stats.chi2.cdf(CUT, 3) + CUT * stats.chi2.sf(CUT, 1))
HUBER = 1.345  # 95 % efficient where nobody is odd
LEAST_CROWD = 5  # with fewer there is no telling what is usual
ASIDE = float(stats.norm.isf(0.0025))
_ROUNDS = 20
_LEAST_RHO, _MOST_RHO = 1e-6, 0.9


@dataclass(frozen=True)
class Crowd:
    """What is usual: `mean`, and `spread`, the standard deviation of true figures between annotators."""

    mean: float
    spread: float
    annotators: int

    def z(self, estimates: Numbers, variances: Numbers) -> Numbers:
        """How many standard deviations of this crowd an annotator is from its mean."""
        return np.asarray((estimates - self.mean) / np.sqrt(variances + self.spread**2))

    def p(self, estimates: Numbers, variances: Numbers, tail: Tail = "both", margin: float = 0.0) -> Numbers:
        """How often a member of the crowd would look as far off as this, `margin` granted to each side."""
        sd, off = np.sqrt(variances + self.spread**2), estimates - self.mean
        low, high = (stats.t.sf((side * off - margin) / sd, self.annotators - 1) for side in (-1.0, 1.0))
        if tail != "both":
            return np.asarray(low if tail == "low" else high)
        return np.asarray(np.minimum(1.0, 2 * np.minimum(low, high)))

    def shrunken(self, estimates: Numbers, variances: Numbers) -> tuple[Numbers, Numbers]:
        """What to believe of each annotator: mean and standard deviation."""
        weight = self.spread**2 / (self.spread**2 + variances) if self.spread else np.zeros_like(variances)
        return self.mean + weight * (estimates - self.mean), np.sqrt(weight * variances)


def crowd_of(estimates: Numbers, variances: Numbers) -> Crowd:
    """The crowd behind at least two annotators' `estimates` with sampling `variances` (above 0)."""
    usual = np.ones(len(estimates), dtype=bool)
    for _ in range(_ROUNDS):
        mean, spread2 = _fitted(estimates[usual], variances[usual])
        z = np.abs(estimates - mean) / np.sqrt(variances + spread2)
        before, usual = usual, z <= ASIDE
        if (usual == before).all() or usual.sum() < max(2, len(usual) / 2):
            break
    return Crowd(mean, float(np.sqrt(spread2)), len(estimates))


def _fitted(estimates: Numbers, variances: Numbers) -> tuple[float, float]:
    mean, spread2 = float(np.median(estimates)), 0.0
    for _ in range(_ROUNDS):
        spread2 = _spread2((estimates - mean) ** 2, variances)
        sd = np.sqrt(variances + spread2)
        before, mean = mean, _middle(estimates, mean, sd)
        if abs(mean - before) < 1e-9:
            break
    return mean, spread2


def _middle(estimates: Numbers, mean: float, sd: Numbers) -> float:
    """One step of Huber's location from `mean`."""
    z = np.abs(estimates - mean) / sd
    return float(np.average(estimates, weights=np.minimum(1.0, HUBER / np.maximum(z, HUBER)) / sd**2))


def _spread2(squares: Numbers, variances: Numbers) -> float:
    """The spread at which cut squares of z come to what they should; 0 where sampling explains all."""
    asked = (len(squares) - 1) * CUT_MEAN

    def surplus(spread2: float) -> float:
        return float(np.minimum(squares / (variances + spread2), CUT).sum() - asked)

    most = float(squares.max())
    if most == 0.0 or surplus(0.0) <= 0:
        return 0.0
    while surplus(most) > 0:
        most *= 2
    return float(optimize.brentq(surplus, 0.0, most))


def _tails(hits: Numbers, tries: Numbers, prior: tuple[float, float]) -> tuple[Numbers, Numbers]:
    """The beta-binomial's two tails from `hits` on, with half of the chance of just that many.

    All counts 0..n of all annotators stand in one long array; scipy sums them one annotator after another.
    """
    sizes = tries.astype(np.intp) + 1
    starts = np.cumsum(sizes) - sizes
    count = (np.arange(sizes.sum()) - np.repeat(starts, sizes)).astype(np.float64)
    of, seen = np.repeat(tries, sizes), np.repeat(hits, sizes)
    one, other = prior
    log_ways = special.gammaln(of + 1) - special.gammaln(count + 1) - special.gammaln(of - count + 1)
    chance = np.exp(log_ways + special.betaln(one + count, other + of - count) - special.betaln(one, other))
    half = chance * (count == seen) / 2
    low, high = (np.add.reduceat(chance * tail + half, starts) for tail in (count < seen, count > seen))
    return np.minimum(1.0, low), np.minimum(1.0, high)


@dataclass(frozen=True)
class Shares:
    """A crowd of shares: mean and the intra-annotator correlation `rho` of its beta distribution."""

    mean: float
    rho: float
    annotators: int

    @property
    def prior(self) -> tuple[float, float]:
        """The beta distribution of true shares."""
        strength = 1 / self.rho - 1
        return self.mean * strength, (1 - self.mean) * strength

    @property
    def spread(self) -> float:
        """The standard deviation of true shares."""
        return float(np.sqrt(self.rho * self.mean * (1 - self.mean)))

    def p(self, hits: Numbers, tries: Numbers, tail: Tail = "both", margin: float = 0.0) -> Numbers:
        """How often a member of the crowd would look as far off, `margin` granted to each side."""
        # Half of what is just as far off (Lancaster's mid-p): with few tries the whole would be too careful.
        low, high = _tails(hits, tries, self._moved(-margin).prior)
        if margin:
            high = _tails(hits, tries, self._moved(margin).prior)[1]
        if tail != "both":
            return np.asarray(low if tail == "low" else high)
        return np.asarray(np.minimum(1.0, 2 * np.minimum(low, high)))

    def _moved(self, margin: float) -> "Shares":
        least = 0.5 / (self.annotators + 1)
        return replace(
            self, mean=min(max(self.mean + margin, min(self.mean, least)), max(self.mean, 1 - least))
        )

    def shrunken(self, hits: Numbers, tries: Numbers) -> tuple[Numbers, Numbers, Numbers]:
        """What to believe of each annotator: mean and 95 % interval of the posterior share."""
        one, other = self.prior
        law = stats.beta(one + hits, other + tries - hits)
        low, high = law.interval(0.95)
        return np.asarray(law.mean()), np.asarray(low), np.asarray(high)


def shares_of(hits: Numbers, tries: Numbers) -> Shares:
    """The crowd behind `hits` of `tries` (above 0) of at least two annotators."""
    usual = np.ones(len(hits), dtype=bool)
    for _ in range(_ROUNDS):
        mean, rho = _fitted_shares(hits[usual], tries[usual])
        crowd = Shares(mean, rho, len(hits))
        before, usual = usual, crowd.p(hits, tries) >= 2 * stats.norm.sf(ASIDE)
        if (usual == before).all() or usual.sum() < max(2, len(usual) / 2):
            break
    return crowd


def _fitted_shares(hits: Numbers, tries: Numbers) -> tuple[float, float]:
    # Half a success and half a failure keep the mean off 0 and 1, where no spread could be told.
    least = 0.5 / (tries.sum() + 1)
    mean, rho, share = float(least * (2 * hits.sum() + 1)), 0.0, hits / tries
    for _ in range(_ROUNDS):
        law = mean * (1 - mean)
        rho = _rho((share - mean) ** 2 / law, tries)
        middle = _middle(share, mean, np.sqrt(law * ((1 - rho) / tries + rho)))
        before, mean = mean, min(max(middle, least), 1 - least)
        if abs(mean - before) < 1e-9:
            break
    return mean, rho


def _rho(squares: Numbers, tries: Numbers) -> float:
    asked = (len(squares) - 1) * CUT_MEAN

    def surplus(rho: float) -> float:
        return float(np.minimum(squares / ((1 - rho) / tries + rho), CUT).sum() - asked)

    if surplus(_LEAST_RHO) <= 0:
        return _LEAST_RHO
    if surplus(_MOST_RHO) >= 0:
        return _MOST_RHO
    return float(optimize.brentq(surplus, _LEAST_RHO, _MOST_RHO))
