r"""Go on, stop, or let a person weigh it: the question of a contract's decision week.

**Rule.** With the contract's `ramp.confidence`, the same levels as for ceilings: *go* when P(accepted <
contracted) is at most 1 - `warn` (0.20), *no-go* when it is at least `breach` (0.95), *undecided* in
between. *Not testable* before a first delivered week, when there is only what is believed of vendors in
general.

**Why this rule.** The probability comes true: of the simulated contracts called *no-go* about one in twenty
or fewer have enough after all, of those called *go* at most one in five has not, and in between what is said
is about what comes (`benchmarks/forecast.py`, its table of reliability). What it costs to be wrong is beside
it: the money still ahead.

**What it does not say.** Whether what is accepted is any good, or worth its price; whether another vendor
would do better. Ending a contract is a person's decision.
"""

from dataclasses import dataclass
from typing import Literal

from contracts.terms.ramp import Confidence
from quality.ramp.forecast import Forecast, ForecastWeek
from quality.ramp.probability import probability

Call = Literal["go", "no_go", "undecided", "not_testable"]


@dataclass(frozen=True)
class GoNoGo:
    """The call, the sentence behind it, and the forecast it rests on.

    `misses` is P(accepted < contracted); `gravest` the week to come most likely to breach its ceiling.
    """

    call: Call
    week: int
    misses: float
    gravest: ForecastWeek
    reason: str
    forecast: Forecast


def go_no_go(found: Forecast, confidence: Confidence) -> GoNoGo:
    """The call on `found`, made after its last settled week."""
    misses = 1 - found.reaches
    gravest = max(found.weeks, key=lambda week: week.breaches)
    call = _call(found, misses, confidence)
    return GoNoGo(call, found.made_after, misses, gravest, _reason(found, call, misses, gravest), found)


def _call(found: Forecast, misses: float, confidence: Confidence) -> Call:
    if found.made_after == 0:
        return "not_testable"
    if misses >= confidence.breach:
        return "no_go"
    return "go" if misses <= 1 - confidence.warn else "undecided"


def _reason(found: Forecast, call: Call, misses: float, gravest: ForecastWeek) -> str:
    if call == "not_testable":
        return "No week has been delivered yet, so nothing is known of this vendor: a forecast is a guess."
    return (
        f"After week {found.made_after} {found.vendor} should bring {found.accepted.p50:,.0f} "
        f"accepted units by the end (80 % interval {found.accepted.p10:,.0f} to {found.accepted.p90:,.0f}) "
        f"of {found.contracted:,} contracted; the probability that it falls short is "
        f"{probability(misses)}. Week {gravest.week} is the likeliest to breach its ceiling "
        f"({probability(gravest.breaches)}). {found.share_ahead:.1%} of the money is still ahead."
    )
