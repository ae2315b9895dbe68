"""A reward model's calibration: how often it is right at each confidence, beside the line of honesty."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from dashboard.rendering import ENVIRONMENT
from rampart.retrain.evaluation.calibration import ReliabilityBin
from rampart.showing import words
from rampart.showing.scale import Scale

WIDTH, HEIGHT, LEFT, RIGHT = 460, 340, 52, 440
TOP, BOTTOM = 28, 272
_CONFIDENCE = (0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
_ACCURACY = (0.0, 0.25, 0.5, 0.75, 1.0)


@dataclass(frozen=True)
class BinMark:
    """One bin's place in the chart, in pixels; no whisker where there is no interval."""

    x: float
    y: float
    radius: float
    whisker: tuple[float, float] | None
    sentence: str


def reliability_chart(bins: Sequence[ReliabilityBin], name: str = "reliability") -> Markup:
    """Accuracy by confidence as one `<svg>`; the area of a mark is what the bin weighs. At least one bin."""
    across, up = Scale(0.5, 1.0, LEFT, RIGHT), Scale(0.0, 1.0, BOTTOM, TOP)
    drawn = ENVIRONMENT.get_template("charts/reliability.svg").render(
        name=name,
        marks=[_mark(one, across, up) for one in bins],
        across=[(tick, across(tick)) for tick in _CONFIDENCE],
        up=[(tick, up(tick)) for tick in _ACCURACY],
        honest=(across(0.5), up(0.5), across(1.0), up(1.0)),
        **{"width": WIDTH, "height": HEIGHT, "left": LEFT, "right": RIGHT, "bottom": BOTTOM},
    )
    return Markup(drawn)  # noqa: S704 (autoescape is on)


def _mark(one: ReliabilityBin, across: Scale, up: Scale) -> BinMark:
    low, high = one.accuracy.low, one.accuracy.high
    between = "" if low is None or high is None else f" (95% interval {words.interval(low, high)})"
    return BinMark(
        x=across(one.confidence),
        y=up(one.accuracy.value),
        radius=round(3 + 9 * one.share**0.5, 1),
        whisker=None if low is None or high is None else (up(low), up(high)),
        sentence=f"Confidence {words.percent(one.confidence)}: right in {words.percent(one.accuracy.value)}"
        f"{between}, {words.count(one.n_pairs)} pairs",
    )
