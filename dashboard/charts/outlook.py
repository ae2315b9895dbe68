"""How a ramp goes on: discard rates against what was expected and what is to come, and accepted units."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby

from markupsafe import Markup

from dashboard.rendering import ENVIRONMENT
from quality.ramp.report import RampReport, RampWeek
from rampart.showing import words
from rampart.showing.scale import Scale, nice_ticks

WIDTH, LEFT, RIGHT = 960, 60, 948
TOP, BOTTOM, HEIGHT = 30, 240, 300
Link = Callable[[RampWeek], str | None]


@dataclass(frozen=True)
class RateMark:
    """One week's place in the chart of rates, in pixels; `low`..`high` is an interval or a forecast band."""

    week: RampWeek
    x: float
    half: float
    y: float
    low: float
    high: float
    limits: tuple[float, float, float] | None
    sentence: str
    href: str | None


@dataclass(frozen=True)
class Ceiling:
    """Neighbouring weeks under one ceiling."""

    left: float
    right: float
    y: float


@dataclass(frozen=True)
class UnitMark:
    """Accepted units up to the end of a week that was judged."""

    week: int
    x: float
    y: float
    sentence: str


def rates_chart(report: RampReport, link: Link | None = None, name: str = "rates") -> Markup:
    """Discard rates of the weeks so far, what was expected of them, and the weeks to come, as one `<svg>`."""
    weeks = report.weeks
    tops = [max(week.ceiling, *_span(week)) for week in weeks]
    ticks = nice_ticks(0.0, min(1.0, max(tops)))
    scale, band = Scale(0.0, ticks[-1], BOTTOM, TOP), (RIGHT - LEFT) / len(weeks)
    marks = [_mark(week, place, band, scale, link) for place, week in enumerate(weeks)]
    return _drawn(
        "charts/rates.svg",
        name=name,
        report=report,
        marks=[mark for mark in marks if mark],
        labels=[(week.week, round(LEFT + band * (at + 0.5), 1)) for at, week in enumerate(weeks)],
        ceilings=_ceilings(weeks, band, scale),
        ticks=[(tick, scale(tick)) for tick in ticks],
    )


def units_chart(report: RampReport, name: str = "units") -> Markup:
    """Accepted units so far and at the contract's end, against what is contracted, as one `<svg>`.

    The report must hold a forecast.
    """
    assert report.outlook.found is not None  # noqa: S101 (narrows the type: callers ask)
    found, last = report.outlook.found.forecast, report.weeks[-1].week
    ticks = nice_ticks(0.0, max(found.accepted.p90, found.contracted))
    scale = Scale(0.0, ticks[-1], BOTTOM, TOP)
    place = Scale(0.0, last, LEFT + 20, RIGHT - 130)
    counts = accumulate(week.accepted for week in report.judged)
    so_far = [
        UnitMark(
            week.week, place(week.week), scale(units), f"After week {week.week}: {units:,} accepted units"
        )
        for week, units in zip(report.judged, counts, strict=True)
    ]
    return _drawn(
        "charts/units.svg",
        name=name,
        report=report,
        found=found,
        so_far=[UnitMark(0, place(0), scale(0), "Before the first week: none"), *so_far],
        end=place(last),
        p10=scale(found.accepted.p10),
        p50=scale(found.accepted.p50),
        p90=scale(found.accepted.p90),
        contracted=scale(found.contracted),
        labels=[(week.week, place(week.week)) for week in report.weeks],
        ticks=[(tick, scale(tick)) for tick in ticks],
    )


def _drawn(template: str, **given: object) -> Markup:
    drawn = ENVIRONMENT.get_template(template).render(
        width=WIDTH, height=HEIGHT, left=LEFT, right=RIGHT, top=TOP, bottom=BOTTOM, **given
    )
    return Markup(drawn)  # noqa: S704 (autoescape is on)


def _span(week: RampWeek) -> tuple[float, float, float]:
    """A week's rate between its ends: an interval of what came, or P10 to P90 of what is to come."""
    if week.judged:
        verdict = week.judged.verdict
        seen = verdict.observed or 0.0
        return verdict.low or seen, seen, verdict.high or seen
    if week.ahead:
        return week.ahead.discard_rate.p10, week.ahead.discard_rate.p50, week.ahead.discard_rate.p90
    return 0.0, 0.0, 0.0


def _mark(week: RampWeek, place: int, band: float, scale: Scale, link: Link | None) -> RateMark | None:
    if not week.ahead and (week.judged is None or week.judged.verdict.observed is None):
        return None
    low, middle, high = map(scale, _span(week))
    point = week.point
    return RateMark(
        week=week,
        x=round(LEFT + band * (place + 0.5), 1),
        half=round(min(band * 0.3, 30), 1),
        y=middle,
        low=low,
        high=high,
        limits=(scale(point.lower), scale(point.centre), scale(point.upper)) if point else None,
        sentence=sentence(week),
        href=link(week) if link else None,
    )


def sentence(week: RampWeek) -> str:
    """What a week's mark says to someone who cannot see it."""
    low, middle, high = _span(week)
    ceiling = f"ceiling {words.percent(week.ceiling)}"
    if week.judged is None:
        above = f", P(above) {week.ahead.above:.2f}" if week.ahead else ""
        return f"Week {week.week}, to come: {words.interval(low, high)} discarded, {ceiling}{above}"
    expected = ""
    if week.point:
        expected = f", {words.interval(week.point.lower, week.point.upper)} expected"
        expected += ", out of line" if week.point.out else ""
    return (
        f"Week {week.week}: {words.percent(middle)} discarded (95% interval {words.interval(low, high)})"
        f"{expected}, {ceiling}"
    )


def _ceilings(weeks: Sequence[RampWeek], band: float, scale: Scale) -> list[Ceiling]:
    found = []
    placed = list(enumerate(weeks))
    for ceiling, group in groupby(placed, key=lambda one: one[1].ceiling):
        places = [place for place, _ in group]
        left, right = LEFT + band * places[0], LEFT + band * (places[-1] + 1)
        found.append(Ceiling(round(left, 1), round(right, 1), scale(ceiling)))
    return found
