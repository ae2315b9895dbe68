"""What is said of a contract's ramp: a frozen report, each figure with its clause and the rows behind it."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Generic, TypeVar

from quality.ramp.change import Change
from quality.ramp.cohorts import CohortPath
from quality.ramp.control_chart import ChartPoint, ControlChart
from quality.ramp.forecast import ForecastWeek
from quality.ramp.go_no_go import GoNoGo
from quality.ramp.rates import Rate
from quality.ramp.sequence import Look, Looks
from quality.ramp.waterfall import Waterfall
from quality.verdict import Status, Verdict

Found = TypeVar("Found")
_OF_A_CEILING = {"fail": "ceiling breached", "warn": "ceiling endangered"}


@dataclass(frozen=True)
class Rows:
    """Where rows behind a figure lie: an object of the store and which of its rows."""

    week: int
    key: str
    which: str


@dataclass(frozen=True)
class Answer(Generic[Found]):
    """One question about the whole ramp, answered; `not_testable` without `found`, for the reason given.

    `warn` and `fail` are for a person to look at: nothing happens to a batch by them.
    """

    status: Status
    reason: str
    clause: str
    rows: tuple[Rows, ...]
    found: Found | None = None


@dataclass(frozen=True)
class JudgedWeek:
    """A judged week as the books hold it. Counts are records; `accepted` are those that count as accepted.

    `paid` is what it pays, or would pay while it is held. `reasons` has (code, first, every). `verdict` is
    the stored one on the discard rate. `groups` is where its counts by domain and annotator lie.
    """

    week: int
    phase: str
    revision: int
    state: str
    planned: int
    readable: int
    discarded: int
    accepted: int
    paid: Decimal
    reasons: tuple[tuple[str, int, int], ...]
    verdict: Verdict
    groups: str | None = None

    @property
    def ceiling(self) -> float:
        """The ceiling it was judged by."""
        return self.verdict.spec.threshold


@dataclass(frozen=True)
class RampWeek:
    """A week of the ramp: what was planned, and what came or is to come.

    `above` is P(rate > `ceiling`) by its counts, `point` its place on the chart, `look` what all weeks up to
    it say together. A week to come has `ahead` instead; `clause` is that of its ceiling.
    """

    week: int
    phase: str
    planned: int
    ceiling: float
    clause: str
    judged: JudgedWeek | None
    above: float | None
    waterfall: Waterfall | None
    point: ChartPoint | None
    look: Look | None
    ahead: ForecastWeek | None


@dataclass(frozen=True)
class RampReport:
    """Everything the counts say about one contract's ramp after week `after` (0: before the first).

    `decision_week` is when go or no-go is due; None where no week would be left to decide about.
    """

    contract_id: str
    vendor: str
    program: str
    currency: str
    after: int
    decision_week: int | None
    weeks: tuple[RampWeek, ...]
    sequence: Answer[Looks]
    chart: Answer[ControlChart]
    change: Answer[Change]
    domains: Answer[tuple[Rate, ...]]
    cohorts: Answer[tuple[CohortPath, ...]]
    annotators: Answer[tuple[CohortPath, ...]]
    outlook: Answer[GoNoGo]

    @property
    def judged(self) -> tuple[JudgedWeek, ...]:
        """The weeks that were judged, in their order."""
        return tuple(week.judged for week in self.weeks if week.judged)

    def alarms(self, week: int) -> tuple[str, ...]:
        """What a person should look at in `week`, in a few words each; the answers say more."""
        return tuple(words for at, words in self._alarms() if at == week)

    def _alarms(self) -> Iterator[tuple[int | None, str]]:
        for judged in self.judged:
            if words := _OF_A_CEILING.get(judged.verdict.status):
                yield judged.week, words
        if self.sequence.found:
            yield self.sequence.found.breached_in, "proven above its ceiling"
        for point in self.chart.found.points if self.chart.found else ():
            if point.out:
                yield (
                    point.week,
                    "worse than expected" if point.share > point.centre else "better than expected",
                )
        if self.change.found and self.change.found.changed:
            worse = (self.change.found.step or 0) > 0
            yield self.change.found.week, f"changed for the {'worse' if worse else 'better'}"
        for path in self.cohorts.found or ():
            yield path.alarm, f"cohort {path.cohort}"
        told = Counter(path.alarm for path in self.annotators.found or ())
        for at, count in told.items():
            yield at, f"{count} annotator{'s' * (count > 1)}"
