r"""What is said of one feature: its figures, its status, and a sentence.

**Win rate.** $\Lambda(\hat\beta)$: how often the side with more of the feature, by a typical difference
(`design`), wins when all else in the model is equal. The smallest detectable one, at the nominal 5 %, is
$\Lambda\big((c + z_{0.8})\,\mathrm{se}\big)$ with the critical value $c$: a feature with that win rate would
have p < 0.05 four times in five (Bloom 1995, doi:10.1177/0193841X9501900504). A report calls found what has
q <= 0.05, for which a lone effect needs a smaller p (`multiplicity.level_alone`): the smallest detectable one
alone has the $c$ of that level, by the Student's t whose 5 % value is the one at hand.

**Status.** *fail*: found, and the interval lies wholly beyond the tolerated 1/2 ± max_lean; *warn*: found
(q at most 0.05) within it or reaching into it; *pass*: not found. *not_identifiable*: under 0.2 of the
feature's variance is left once the source model is known, or it repeats other features, so that these votes
cannot tell whose effect it is. *not_testable*: too few votes differ in it.

The word *bias* is kept for evidence in which nothing but the feature differs (`matched`, `counterfactual`).
"""

from dataclasses import dataclass, replace
from typing import Literal

from scipy import optimize, special, stats

Status = Literal["pass", "warn", "fail", "not_testable", "not_identifiable"]
Evidence = Literal["association", "matched", "counterfactual"]

FALSE_DISCOVERIES = 0.05
LEAST_IDENTIFIABLE_SHARE = 0.2
WANTED_Z = float(stats.norm.ppf(0.8))  # four times in five
NOMINAL_TAIL = 0.025
MOST_DEGREES = 1e6  # Student's t is then the normal


@dataclass(frozen=True)
class Effect:
    """One row of a report.

    `n` counts votes whose sides differ in the feature, `effective_n` the independent ones that would carry as
    much. `beta` and `se` are in logits a typical difference; `win_rate`, its 95 % interval `low` to `high`
    and `minimum_detectable` are rates (0..1); `minimum_detectable_alone` is the one that would be found at q
    at most 0.05 with nothing else found, None where the bootstrap has too few draws to tell so small a p.
    `threshold` is the tolerated |win rate - 1/2|.
    `identifiable_share` is the share of the feature's variance that the source model does not explain, None
    where no source model is known. Figures that could not be had are None.
    """

    feature: str
    n: int
    effective_n: float | None
    beta: float | None
    se: float | None
    win_rate: float | None
    low: float | None
    high: float | None
    p: float | None
    q: float | None
    design_effect: float | None
    minimum_detectable: float | None
    minimum_detectable_alone: float | None
    identifiable_share: float | None
    status: Status
    evidence: Evidence
    threshold: float
    reason: str


def without_figures(feature: str, n: int, evidence: Evidence, threshold: float, reason: str) -> Effect:
    """An effect that cannot be estimated."""
    return Effect(
        feature=feature,
        n=n,
        effective_n=None,
        beta=None,
        se=None,
        win_rate=None,
        low=None,
        high=None,
        p=None,
        q=None,
        design_effect=None,
        minimum_detectable=None,
        minimum_detectable_alone=None,
        identifiable_share=None,
        status="not_testable",
        evidence=evidence,
        threshold=threshold,
        reason=reason,
    )


def measured(
    feature: str,
    *,
    n: int,
    effective_n: float,
    beta: float,
    se: float,
    critical: float,
    p: float,
    design_effect: float,
    identifiable_share: float | None,
    evidence: Evidence,
    threshold: float,
) -> Effect:
    """An effect with its figures, before q is known: its status is *pass*, its reason empty."""
    low, rate, high = (float(special.expit(beta + side * critical * se)) for side in (-1, 0, 1))
    return Effect(
        feature=feature,
        n=n,
        effective_n=effective_n,
        beta=beta,
        se=se,
        win_rate=rate,
        low=low,
        high=high,
        p=p,
        q=None,
        design_effect=design_effect,
        minimum_detectable=float(special.expit((critical + WANTED_Z) * se)),
        minimum_detectable_alone=None,
        identifiable_share=identifiable_share,
        status="pass",
        evidence=evidence,
        threshold=threshold,
        reason="",
    )


def calibrated(effect: Effect, spread: float) -> Effect:
    """`effect` with its error, p and interval widened by `spread`, at least 1, of the placebos."""
    if effect.p is None or effect.beta is None or effect.se is None or effect.low is None:
        return effect
    # Of the two ends the nearer to 1/2 is the one that logit can resolve.
    nearer = effect.low if effect.beta > 0 or effect.high is None else effect.high
    half = spread * abs(effect.beta - float(special.logit(nearer)))
    return replace(
        effect,
        se=spread * effect.se,
        low=float(special.expit(effect.beta - half)),
        high=float(special.expit(effect.beta + half)),
        p=widened(effect.p, spread),
        effective_n=min(effect.n, (effect.effective_n or 0.0) / spread**2),
        minimum_detectable=_times(spread, effect.minimum_detectable),
        minimum_detectable_alone=_times(spread, effect.minimum_detectable_alone),
    )


def widened(p: float, spread: float) -> float:
    """p of a z that is `spread` times less."""
    return float(2 * stats.norm.sf(stats.norm.isf(p / 2) / spread))


def _times(spread: float, rate: float | None) -> float | None:
    """The rate of `spread` times the logit."""
    return None if rate is None else float(special.expit(spread * special.logit(rate)))


def alone(effect: Effect, level: float, least_p: float) -> Effect:
    """`effect`, calibrated if need be, with what it would take to have p <= `level`.

    `least_p` is the smallest p that its test can give.
    """
    if not effect.se or effect.minimum_detectable is None or level < least_p:
        return replace(effect, minimum_detectable_alone=None)
    critical = float(special.logit(effect.minimum_detectable)) / effect.se - WANTED_Z
    least = (_critical(critical, level) + WANTED_Z) * effect.se
    return replace(effect, minimum_detectable_alone=float(special.expit(least)))


def _critical(nominal: float, level: float) -> float:
    """The critical value of |t| at `level` where it is `nominal` at 5 %."""
    least, most = (float(stats.t.isf(NOMINAL_TAIL, degrees)) for degrees in (MOST_DEGREES, 1.0))
    if nominal <= least:
        return nominal * float(stats.norm.isf(level / 2)) / least
    degrees = 1.0
    if nominal < most:
        degrees = optimize.brentq(lambda each: stats.t.isf(NOMINAL_TAIL, each) - nominal, 1.0, MOST_DEGREES)
    return float(stats.t.isf(level / 2, degrees))


def judged(effect: Effect, q: float | None, about: str) -> Effect:
    """`effect` with q, and the status and reason that follow; one without q stays as it is.

    `about` tells, for the reason, how the errors were had.
    """
    if q is None:
        return effect
    status = _status(effect, q)
    least = effect.minimum_detectable_alone
    found = "no rate would be" if least is None else f"{least:.1%} would be"
    reason = (
        f"With a typical difference more of {effect.feature} a side wins {effect.win_rate:.1%}, all else in "
        f"the model equal (95 % interval {effect.low:.1%} to {effect.high:.1%}, {about}; p {effect.p:.2g}, "
        f"q {q:.2g}; effective n {effect.effective_n:,.0f} of {effect.n:,}; {effect.minimum_detectable:.1%} "
        f"would have p < 0.05 four times in five, and {found} found as the only one of the report); "
        f"{_because(effect, status)}."
    )
    return replace(effect, q=q, status=status, reason=reason)


def _status(effect: Effect, q: float) -> Literal["pass", "warn", "fail"]:
    if q > FALSE_DISCOVERIES:
        return "pass"
    low, high = effect.low or 0.0, effect.high or 0.0
    beyond = low - 0.5 > effect.threshold or 0.5 - high > effect.threshold
    return "fail" if beyond else "warn"


def _because(effect: Effect, status: Literal["pass", "warn", "fail"]) -> str:
    what = "an association" if effect.evidence == "association" else f"a bias, by {effect.evidence} pairs"
    bounds = f"{0.5 - effect.threshold:.1%} to {0.5 + effect.threshold:.1%}"
    return {
        "fail": f"{what}, and the interval lies wholly beyond the tolerated {bounds}",
        "warn": f"{what}, but the interval reaches into the tolerated {bounds}",
        "pass": "no more than noise would give",
    }[status]
