r"""What does a sampling plan let through, and how large must a sample be to show what is claimed?

**Model.** Of a lot of $N$ records $D$ are defective and $n$ are drawn at random, so the defects found are
hypergeometric, and the lot is accepted with $P_a = P(X \le Ac)$: the operating characteristic, as a function
of the defect rate $D / N$. *Producer's risk* is $1 - P_a$ at the AQL; the *limiting quality* is the rate at
which $P_a$ is still 10 % (ISO 2859-1:1999, Tables 10-A to 10-S; Schilling & Neubauer 2017, *Acceptance
Sampling in Quality Control*). Very large lots behave as the binomial, which is taken where the lot is not
given.

The least $n$ that shows with confidence $C$ that the rate is below $p$, when at most $c$ defects turn up, is
the least with $P(X \le c \mid p) \le 1 - C$: 299 for 1 %, 95 % and no defect. The least $n$ for an interval
of half width $h$ is $z^2 p (1 - p) / h^2$ with the finite lot's correction (Cochran 1977, *Sampling
Techniques*, ch. 4).

**What it does not say.** Reviewers err too: what they miss is not in any curve.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from statistics import NormalDist

import numpy as np
from scipy import optimize, stats

from quality.sampling.plans import SamplingPlan

MOST = 10_000_000  # records; a claim that needs more is not shown by a sample


@dataclass(frozen=True)
class OperatingCurve:
    """P(accepted) of `plan` at each defect rate, and the two points one asks for.

    `producer_risk` is P(rejected) at `aql` (a share, 0..1), `limiting_quality` the rate of which 10 % of lots
    are accepted.
    """

    plan: SamplingPlan
    rates: tuple[float, ...]
    accepted: tuple[float, ...]
    aql: float
    producer_risk: float
    limiting_quality: float


def accepts(plan: SamplingPlan, rate: float) -> float:
    """P(the lot is accepted) when a share `rate` (0..1) of its records is defective, to the next record."""
    return float(stats.hypergeom.cdf(plan.accept, plan.lot, round(rate * plan.lot), plan.n))


def operating_curve(plan: SamplingPlan, aql: float, rates: Sequence[float] | None = None) -> OperatingCurve:
    """The plan's curve at `rates`, or at 41 rates up to twice the limiting quality."""
    limiting = limiting_quality(plan)
    shown = tuple(np.linspace(0, min(1.0, 2 * limiting), 41).tolist()) if rates is None else tuple(rates)
    accepted = tuple(accepts(plan, rate) for rate in shown)
    return OperatingCurve(plan, shown, accepted, aql, 1 - accepts(plan, aql), limiting)


def limiting_quality(plan: SamplingPlan, accepted: float = 0.10) -> float:
    """The least defect rate (0..1) at which the lot is accepted with probability `accepted` or less."""
    low, high = 0, plan.lot
    while low < high:
        middle = (low + high) // 2
        found = accepts(plan, middle / plan.lot) <= accepted
        low, high = (low, middle) if found else (middle + 1, high)
    return low / plan.lot


def size_to_show(rate: float, confidence: float = 0.95, allowed: int = 0, lot: int | None = None) -> int:
    """Least sample that shows a defect rate below `rate` with `confidence`, up to `allowed` defects in it.

    Args:
        rate: claimed upper bound of the defect rate, strictly between 0 and 1.
        confidence: 1 - the largest tolerated probability of being fooled.
        allowed: defects that may be found.
        lot: records in the lot; None: very many.

    Raises:
        ValueError: not even the whole lot (or `MOST` records) can show it.
    """
    low, high = allowed + 1, lot or MOST
    if _fooled(high, rate, allowed, lot) > 1 - confidence:
        raise ValueError(
            f"{high:,} records cannot show a defect rate below {rate:g} with {allowed} defects among them; "
            "expected a larger rate or fewer allowed defects"
        )
    while low < high:
        middle = (low + high) // 2
        shown = _fooled(middle, rate, allowed, lot) <= 1 - confidence
        low, high = (low, middle) if shown else (middle + 1, high)
    return low


def _fooled(n: int, rate: float, allowed: int, lot: int | None) -> float:
    if lot is None:
        return float(stats.binom.cdf(allowed, n, rate))
    return float(stats.hypergeom.cdf(allowed, lot, ceil(round(rate * lot, 9)), n))


def size_for_width(
    half_width: float, rate: float = 0.5, confidence: float = 0.95, lot: int | None = None
) -> int:
    """Least simple random sample whose interval reaches `half_width` to each side, at a rate near `rate`."""
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    n = z**2 * rate * (1 - rate) / half_width**2
    return ceil(round(n if lot is None else n / (1 + (n - 1) / lot), 9))


def rate_accepted_in(plan: SamplingPlan, share: float) -> float:
    """The defect rate at which a very large lot is accepted with probability `share`, as the tables print."""

    def excess(rate: float) -> float:
        return float(stats.binom.cdf(plan.accept, plan.n, rate)) - share

    return float(optimize.brentq(excess, 0.0, 1.0))
