"""The ramp of one contract: discard rate against its ceiling above, volume below, week by week."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby

from markupsafe import Markup

from dashboard.rendering import ENVIRONMENT
from rampart.ledger.read import RampRow
from rampart.showing import words
from rampart.showing.scale import Scale, nice_ticks

WIDTH, LEFT, RIGHT = 960, 52, 948
RATE_TOP, RATE_BOTTOM = 44, 236
BARS_TOP, BARS_BOTTOM = 298, 366
HEIGHT, HEIGHT_WITH_LEGEND = 376, 404
ROOM_FOR_WORDS = 12  # with more weeks the state is written as its initial
Link = Callable[[RampRow], str | None]


@dataclass(frozen=True)
class WeekMark:
    """One week's place in the chart, in pixels; `y`, `y_low` and `y_high` are None without a judged rate."""

    row: RampRow
    x: float
    left: float
    right: float
    y: float | None
    y_low: float | None
    y_high: float | None
    bar_width: float
    y_planned: float
    y_delivered: float
    y_accepted: float
    state_text: str
    initials: str
    sentence: str
    href: str | None


@dataclass(frozen=True)
class CeilingStep:
    """Neighbouring weeks of one phase under one ceiling."""

    phase: str
    ceiling: float
    left: float
    right: float
    y: float


def ramp_chart(rows: Sequence[RampRow], link: Link | None = None, name: str = "ramp") -> Markup:
    """The weeks of one contract, in week order, as one `<svg>`.

    Args:
        rows: as `rampart.ledger.read.ramp_rows` gives them for one contract, at least one.
        link: the address behind a week's point, None for no link.
        name: prefix of the element ids; two charts in one page need two names.
    """
    high = max(max(row.high or row.discard_rate or 0.0, row.ceiling) for row in rows)
    ticks = nice_ticks(0.0, high)
    volume_ticks = nice_ticks(0.0, max(max(row.planned, row.delivered) for row in rows), 2)
    rate = Scale(0.0, ticks[-1], RATE_BOTTOM, RATE_TOP)
    volume = Scale(0.0, volume_ticks[-1], BARS_BOTTOM, BARS_TOP)
    axes = _Axes((RIGHT - LEFT) / len(rows), rate, volume)
    marks = [_mark(row, place, axes, link) for place, row in enumerate(rows)]
    drawn = ENVIRONMENT.get_template("charts/ramp.svg").render(
        name=name,
        rows=rows,
        marks=marks,
        steps=_steps(marks, rate),
        ticks=[(tick, rate(tick)) for tick in ticks],
        volume_ticks=[(tick, volume(tick)) for tick in volume_ticks],
        initials=len(rows) > ROOM_FOR_WORDS,
        width=WIDTH,
        height=HEIGHT_WITH_LEGEND,
        left=LEFT,
        right=RIGHT,
        bars_bottom=BARS_BOTTOM,
        rate_top=RATE_TOP,
        rate_bottom=RATE_BOTTOM,
    )
    return Markup(drawn)  # noqa: S704 (autoescape is on)


def sentence(row: RampRow) -> str:
    """What a week's point says to someone who cannot see it."""
    if row.discard_rate is None:
        return f"Week {row.week}, {row.phase}: {words.spoken(row.state)}, {words.count(row.planned)} planned"
    bounds = words.interval(row.low, row.high)
    within = f" (95% interval {bounds})" if bounds else ""
    return (
        f"Week {row.week}, {row.phase}: {words.percent(row.discard_rate)} discarded{within}, "
        f"ceiling {words.percent(row.ceiling)}, {words.spoken(row.state)}"
    )


@dataclass(frozen=True)
class _Axes:
    band: float  # pixels a week
    rate: Scale
    volume: Scale


def _mark(row: RampRow, place: int, axes: _Axes, link: Link | None) -> WeekMark:
    band, rate, volume = axes.band, axes.rate, axes.volume
    return WeekMark(
        row=row,
        x=round(LEFT + band * (place + 0.5), 1),
        left=round(LEFT + band * place, 1),
        right=round(LEFT + band * (place + 1), 1),
        y=None if row.discard_rate is None else rate(row.discard_rate),
        y_low=None if row.low is None else rate(row.low),
        y_high=None if row.high is None else rate(row.high),
        bar_width=round(min(band * 0.5, 44), 1),
        y_planned=volume(row.planned),
        y_delivered=volume(row.delivered),
        y_accepted=volume(row.accepted),
        state_text=words.spoken(row.state),
        initials="".join(word[0].upper() for word in words.spoken(row.state).split()),
        sentence=sentence(row),
        href=link(row) if link else None,
    )


def _steps(marks: Sequence[WeekMark], rate: Scale) -> list[CeilingStep]:
    steps = []
    for (phase, ceiling), group in groupby(marks, key=lambda mark: (mark.row.phase, mark.row.ceiling)):
        weeks = list(group)
        steps.append(CeilingStep(phase, ceiling, weeks[0].left, weeks[-1].right, rate(ceiling)))
    return steps
