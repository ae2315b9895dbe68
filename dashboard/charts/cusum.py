"""Which cohorts climb towards the alarm: the CUSUM of each, week by week."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from dashboard.charts.outlook import BOTTOM, LEFT, RIGHT, TOP, WIDTH
from dashboard.rendering import ENVIRONMENT
from quality.ramp.cohorts import CohortPath
from rampart.showing.scale import Scale, nice_ticks

MOST = 12  # more lines than these cannot be told apart; the table below has them all
_LINE_PX = 14


@dataclass(frozen=True)
class Climb:
    """A cohort's path in pixels; `alarm` is the place of its first week at the alarm level."""

    path: CohortPath
    line: str
    label: tuple[float, float]
    alarm: tuple[float, float] | None


def cusum_chart(paths: Sequence[CohortPath], weeks: int, name: str = "cusum") -> Markup | None:
    """The highest paths of a contract of `weeks` weeks, as one `<svg>`; None where there is none to draw."""
    shown = sorted((path for path in paths if path.weeks), key=lambda path: -_top(path))[:MOST]
    if not shown:
        return None
    ticks = nice_ticks(0.0, max(shown[0].threshold, _top(shown[0])))
    place, scale = Scale(1, max(weeks, 2), LEFT + 20, RIGHT - 190), Scale(0.0, ticks[-1], BOTTOM, TOP)
    drawn = ENVIRONMENT.get_template("charts/cusum.svg").render(
        name=name,
        climbs=_apart([_climb(path, place, scale) for path in shown]),
        threshold=scale(shown[0].threshold),
        ticks=[(tick, scale(tick)) for tick in ticks],
        labels=[(week, place(week)) for week in range(1, weeks + 1)],
        sentences=[sentence(path) for path in shown],
        width=WIDTH,
        left=LEFT,
        right=RIGHT,
        top=TOP,
        bottom=BOTTOM,
    )
    return Markup(drawn)  # noqa: S704 (autoescape is on)


def sentence(path: CohortPath) -> str:
    """What a path says to someone who cannot see it."""
    last = path.weeks[-1]
    said = f"{path.cohort}: {last.score:.1f} of {path.threshold:.1f} after week {last.week}"
    return said if path.alarm is None else f"{said}, alarm in week {path.alarm}, climbing since {path.since}"


def _top(path: CohortPath) -> float:
    return max(week.score for week in path.weeks)


def _climb(path: CohortPath, place: Scale, scale: Scale) -> Climb:
    points = [(place(week.week), scale(week.score)) for week in path.weeks]
    alarm = next((at for at, week in zip(points, path.weeks, strict=True) if week.week == path.alarm), None)
    return Climb(path, "M" + "L".join(f"{x} {y}" for x, y in points), points[-1], alarm)


def _apart(climbs: Sequence[Climb]) -> list[Climb]:
    """Labels at the end of their lines, moved up where they would lie on each other."""
    placed, free = [], float(BOTTOM)
    for climb in sorted(climbs, key=lambda climb: -climb.label[1]):
        y = min(climb.label[1], free)
        free = y - _LINE_PX
        placed.append(Climb(climb.path, climb.line, (climb.label[0], round(y, 1)), climb.alarm))
    return placed
