"""In how many weeks did something hold: a delivery in time, an audit without a failed question?

**Model.** A week is one trial: Wilson's interval over the weeks, Newcombe's for two vendors. Weeks are few,
so the intervals are wide, and that is what they should say.

**Small numbers.** Under three weeks the share is shown, and no difference is judged.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from quality.intervals.wilson import wilson
from quality.scorecard.figure import Contrast, Figure, Lacking, shares_apart, untold
from quality.scorecard.weekly import LEAST_WEEKS


@dataclass(frozen=True)
class WeekHeld:
    """Did it hold in this week? `said` tells what did not, in few words; `evidence` is where the rows are."""

    contract_id: str
    week: int
    held: bool
    evidence: str
    said: str = ""


def share_of_weeks(name: str, contract_id: str, weeks: Sequence[WeekHeld], missing: Lacking) -> Figure:
    """The share of `weeks` in which it held, with what did not hold in the reason."""
    if not weeks:
        return untold(name, contract_id, "share", missing)
    held = sum(week.held for week in weeks)
    low, high = wilson(held / len(weeks), len(weeks))
    told = "; ".join(f"week {week.week}: {week.said}" for week in weeks if week.said)
    reason = f"{held:,} of {len(weeks):,} weeks{f' ({told})' if told else ''}."
    evidence = tuple(week.evidence for week in weeks)
    return Figure(name, contract_id, "share", held / len(weeks), low, high, len(weeks), reason, evidence)


def weeks_apart(one: Sequence[WeekHeld], other: Sequence[WeekHeld]) -> Contrast | Lacking:
    """Share of `one` less that of `other`."""
    if min(len(one), len(other)) < LEAST_WEEKS:
        return Lacking("weeks", f"A comparison needs {LEAST_WEEKS} weeks of each.")
    counts = [(sum(week.held for week in side), len(side)) for side in (one, other)]
    return shares_apart(counts[0], counts[1])
