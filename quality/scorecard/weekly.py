r"""A ratio over contract weeks: what share of a vendor's records passed at first, what an accepted unit cost.

**Model.** Week $w$ adds $x_w$ to a sum of $n_w$: the ratio is $r = \sum x_w / \sum n_w$. Records of one week
share crew, guideline and prompts, so the week and not the record is what repeats: with $u_w = (x_w - r n_w) /
\sum n_w$ and $G$ weeks,

$$\hat V = \frac{G}{G - 1} \sum_w u_w^2, \qquad r \pm t_{0.975,\,G - 1} \sqrt{\hat V}$$

(the ratio estimator of cluster sampling: Cochran 1977, *Sampling Techniques*, section 6.3). Of a share the
variance is never taken below that of independent records.

**Two vendors** are compared over the contract weeks that both have, week by week: $u_w$ is then the
difference of their two, so that what a week did to both (a new guideline, harder prompts) cancels.

**Small numbers.** Under three weeks there is a ratio and no interval, and no difference.

**What it does not say.** A vendor's weeks of a contract still to come: a ramp learns, and the ratio is that
of the weeks so far. Two vendors' prompts may differ within a week; only `quality.scorecard.shared` holds the
work itself equal.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
import numpy.typing as npt
from scipy import stats

from quality.scorecard.figure import Contrast, Figure, Lacking, Unit, bounded, student, untold

LEAST_WEEKS = 3  # two weeks have one degree of freedom: their interval is 12.7 standard errors wide


@dataclass(frozen=True)
class WeekSum:
    """What one week adds: `part` to the numerator, `whole` to the denominator, and where the rows are."""

    contract_id: str
    week: int
    part: float
    whole: float
    evidence: str


NO_WEEKS = Lacking("weeks", "No week of this contract has been judged yet.")


def weekly_figure(  # noqa: PLR0917 (which figure, of what, in which words)
    name: str,
    contract_id: str,
    weeks: Sequence[WeekSum],
    unit: Unit,
    what: str,
    missing: Lacking = NO_WEEKS,
) -> Figure:
    """The ratio of one contract's `weeks`; `what` says in words what is counted of what."""
    whole = sum(week.whole for week in weeks)
    if whole <= 0:
        return untold(name, contract_id, unit, missing)
    part, evidence = sum(week.part for week in weeks), tuple(week.evidence for week in weeks)
    ratio, counted = (
        part / whole,
        f"{part:,.{2 * (unit == 'money')}f} {what.replace(' of ', f' of {whole:,.0f} ')}",
    )
    said = f"{counted} over {len(weeks):,} week{'s' * (len(weeks) > 1)}"
    if len(weeks) < LEAST_WEEKS:
        said += f"; {LEAST_WEEKS} weeks are needed for an interval"
        return Figure(name, contract_id, unit, ratio, None, None, round(whole), f"{said}.", evidence)
    influence = np.array([(week.part - ratio * week.whole) / whole for week in weeks])
    error = sqrt(max(_variance(influence), _least(part, whole) if unit == "share" else 0.0))
    half = float(stats.t.ppf(0.975, len(weeks) - 1)) * error
    low, high = ratio - half, ratio + half
    if unit == "share":
        low, high = max(0.0, low), min(1.0, high)
    return Figure(name, contract_id, unit, ratio, low, high, round(whole), f"{said}.", evidence)


def weekly_contrast(one: Sequence[WeekSum], other: Sequence[WeekSum], unit: Unit) -> Contrast | Lacking:
    """Ratio of `one` less that of `other`, over the weeks that both have."""
    both = sorted({week.week for week in one if week.whole} & {week.week for week in other if week.whole})
    if len(both) < LEAST_WEEKS:
        reason = f"Both have {len(both):,} of the same contract weeks; {LEAST_WEEKS} are needed."
        return Lacking("weeks in common", reason)
    sides = [_sums([week for week in side if week.week in both]) for side in (one, other)]
    ratios = [float(part.sum() / whole.sum()) for part, whole in sides]
    parts = [(part - ratio * whole) / whole.sum() for (part, whole), ratio in zip(sides, ratios, strict=True)]
    least = sum(_least(float(part.sum()), float(whole.sum())) for part, whole in sides)
    error = sqrt(max(_variance(parts[0] - parts[1]), least if unit == "share" else 0.0))
    difference = ratios[0] - ratios[1]
    said = f"over {len(both):,} weeks that both have, week by week"
    at = student(difference, error, len(both) - 1)
    return Contrast(difference, bounded(at) if unit == "share" else at, len(both), said)


def _sums(weeks: list[WeekSum]) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    ordered = sorted(weeks, key=lambda week: week.week)
    return np.array([week.part for week in ordered]), np.array([week.whole for week in ordered])


def _variance(influence: npt.NDArray[np.float64]) -> float:
    return float(influence @ influence) * len(influence) / (len(influence) - 1)


def _least(part: float, whole: float) -> float:
    """That of independent records, by Jeffreys' mean: above 0 where every record passed."""
    share = (part + 0.5) / (whole + 1)
    return share * (1 - share) / whole
