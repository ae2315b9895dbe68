r"""Is the discard rate above the ceiling of the ramp's phase?

**Model.** Each of `n` readable records is discarded with the same unknown probability $\theta$; $k$ were.
Under Jeffreys' prior $\theta \sim \mathrm{Beta}(1/2, 1/2)$ the posterior is
$\theta \mid k, n \sim \mathrm{Beta}(1/2 + k,\ 1/2 + n - k)$, and what is asked is
$P(\theta > \text{ceiling} \mid k, n)$. The interval is the posterior's equal-tailed 95 % one, with the usual
convention that it starts at 0 when nothing was discarded and ends at 1 when everything was; its frequentist
coverage is close to nominal (Brown, Cai & DasGupta 2001, "Interval Estimation for a Binomial Proportion",
Statistical Science 16(2), doi:10.1214/ss/1009213286).

**Fields needed.** Two counts: records discarded and records readable. Quarantined lines are in neither.

**Why these defaults.** The contract's `ramp.confidence` warns at 0.80 and breaches at 0.95: a vendor exactly
on the ceiling is then failed in about one week in twenty, where the point estimate would fail it every other
week.

**What it does not say.** Records are taken as independent. Discards that come in bursts (one annotator, one
file) make the probability more certain than it should be.
"""

from scipy import stats

from contracts.terms.ramp import Confidence
from quality.verdict import Consequence, GateSpec, Status, Verdict

METRIC = "discard_rate"


def discard_verdict(
    discarded: int,
    readable: int,
    ceiling: float,
    *,
    confidence: Confidence,
    consequence: Consequence,
    clause: str,
    evidence: str | None = None,
) -> Verdict:
    """Judge `discarded` of `readable` records against `ceiling`, on the posterior and not the point estimate.

    Args:
        discarded: records not accepted, 0..`readable`.
        readable: records that could be read, kept and discarded together.
        ceiling: largest tolerated discarded / readable, 0..1.
        confidence: posterior probabilities P(rate > ceiling) at which to warn and to fail.
        consequence: what a failure does to the batch.
        clause: address of the contract term behind the ceiling.
        evidence: address of the rows behind the counts.

    Returns:
        A verdict with metric `discard_rate` (a share, 0..1) and its 95 % credible interval; `not_testable`
        without readable records. With nothing discarded it passes whatever the ceiling, also one so low that
        the prior alone would put the rate above it.

    Raises:
        ValueError: the counts are impossible.
    """
    if not 0 <= discarded <= readable:
        raise ValueError(
            f"{discarded} discarded of {readable} readable records cannot be; expected "
            "0 <= discarded <= readable: count the discards among the readable records only"
        )
    spec = GateSpec(clause, METRIC, ceiling, consequence)
    if readable == 0:
        reason = "There are no readable records, so there is no discard rate."
        return Verdict(spec, "not_testable", None, None, None, 0, reason, evidence)
    low, high = credible_interval(discarded, readable)
    above = probability_above(discarded, readable, ceiling)
    status = _status(above, confidence) if discarded else "pass"
    reason = (
        f"{discarded:,} of {readable:,} readable records were discarded ({discarded / readable:.2%}, "
        f"95 % interval {low:.2%} to {high:.2%}); {_because(status, discarded, above, ceiling, confidence)}."
    )
    return Verdict(spec, status, discarded / readable, low, high, readable, reason, evidence)


def probability_above(discarded: int, readable: int, ceiling: float) -> float:
    """P(rate > `ceiling`), 0..1, given `discarded` of `readable` records; readable 0 leaves the prior's."""
    return float(stats.beta.sf(ceiling, 0.5 + discarded, 0.5 + readable - discarded))


def credible_interval(discarded: int, readable: int) -> tuple[float, float]:
    """The equal-tailed 95 % credible interval of the rate, given `discarded` of `readable` records."""
    a, b = 0.5 + discarded, 0.5 + readable - discarded
    low = 0.0 if discarded == 0 else float(stats.beta.ppf(0.025, a, b))
    high = 1.0 if discarded == readable else float(stats.beta.ppf(0.975, a, b))
    return low, high


def _status(above: float, confidence: Confidence) -> Status:
    if above >= confidence.breach:
        return "fail"
    return "warn" if above >= confidence.warn else "pass"


def _because(status: Status, discarded: int, above: float, ceiling: float, confidence: Confidence) -> str:
    if discarded == 0:
        return f"nothing was discarded, so the ceiling of {ceiling:.2%} stands"
    probability = f"the probability that the rate is above the ceiling of {ceiling:.2%} is {above:.3f}"
    return {
        "fail": f"{probability}, at or above the {confidence.breach:g} that breaches it",
        "warn": f"{probability}, at or above the {confidence.warn:g} that warns",
        "pass": f"{probability}, below the {confidence.warn:g} that warns",
    }[status]
