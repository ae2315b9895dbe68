"""The reward models of a programme: held-out accuracy by version, with its interval."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from dashboard.rendering import ENVIRONMENT
from rampart.ledger.read import RmRow
from rampart.showing import words
from rampart.showing.scale import Scale, nice_ticks

WIDTH, HEIGHT, LEFT, RIGHT = 960, 280, 52, 948
TOP, BOTTOM = 24, 226


@dataclass(frozen=True)
class VersionMark:
    """One version's place in the chart, in pixels."""

    row: RmRow
    x: float
    y: float
    y_low: float
    y_high: float
    sentence: str


def accuracy_chart(rows: Sequence[RmRow], name: str = "accuracy") -> Markup:
    """The versions of one programme, oldest first, at least one, as one `<svg>`.

    The axis starts near the lowest interval and not at zero: differences between models are small, and points
    do not claim what the length of a bar would.
    """
    ticks = nice_ticks(min(row.accuracy_low for row in rows), max(row.accuracy_high for row in rows))
    scale = Scale(ticks[0], ticks[-1], BOTTOM, TOP)
    band = (RIGHT - LEFT) / len(rows)
    marks = [_mark(row, round(LEFT + band * (place + 0.5), 1), scale) for place, row in enumerate(rows)]
    drawn = ENVIRONMENT.get_template("charts/accuracy.svg").render(
        name=name,
        rows=rows,
        marks=marks,
        ticks=[(tick, scale(tick)) for tick in ticks],
        width=WIDTH,
        height=HEIGHT,
        left=LEFT,
        right=RIGHT,
        bottom=BOTTOM,
    )
    return Markup(drawn)  # noqa: S704 (autoescape is on)


def _mark(row: RmRow, x: float, scale: Scale) -> VersionMark:
    fate = "promoted" if row.promoted else "kept aside"
    return VersionMark(
        row=row,
        x=x,
        y=scale(row.accuracy),
        y_low=scale(row.accuracy_low),
        y_high=scale(row.accuracy_high),
        sentence=f"Version {row.version}: held-out accuracy {words.percent(row.accuracy)} "
        f"(95% interval {words.interval(row.accuracy_low, row.accuracy_high)}), {fate}",
    )
