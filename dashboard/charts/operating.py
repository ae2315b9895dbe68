"""What a sampling plan lets through: P(accepted) by the share of defective records, and this batch's."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from dashboard.rendering import ENVIRONMENT
from rampart.showing import words
from rampart.showing.scale import Scale, nice_ticks

WIDTH, HEIGHT, LEFT, RIGHT = 480, 250, 52, 460
TOP, BOTTOM = 34, 190
Told = Mapping[str, Any]  # a curve or a defect rate in its JSON form


@dataclass(frozen=True)
class Found:
    """Where the batch's defect rate lies on the axis, in pixels."""

    x: float
    low: float
    high: float


def operating_chart(curve: Told, rate: Told | None = None, name: str = "operating") -> Markup:
    """The operating characteristic of a plan as one small `<svg>`.

    Args:
        curve: `quality.sampling.operating.OperatingCurve` in its JSON form.
        rate: the batch's weighted defect rate, `share`, `low` and `high`; None or unknown: it is not drawn.
        name: prefix of the element ids; two charts in one page need two names.
    """
    ticks = nice_ticks(0.0, max(curve["rates"]))
    across, up = Scale(ticks[0], ticks[-1], LEFT, RIGHT), Scale(0.0, 1.0, BOTTOM, TOP)
    points = [(across(x), up(y)) for x, y in zip(curve["rates"], curve["accepted"], strict=True)]
    known = rate is not None and rate["share"] is not None
    drawn = ENVIRONMENT.get_template("charts/operating.svg").render(
        name=name,
        plan=curve["plan"],
        path="M" + "L".join(f"{x} {y}" for x, y in points),
        ticks=[(tick, across(tick)) for tick in ticks],
        levels=[(level, up(level)) for level in (0.0, 0.5, 1.0)],
        aql=across(curve["aql"]),
        limiting=across(curve["limiting_quality"]),
        found=Found(across(rate["share"]), across(rate["low"]), across(rate["high"])) if known else None,  # type: ignore[index]  # known: it is not None
        sentence=sentence(curve),
        width=WIDTH,
        height=HEIGHT,
        left=LEFT,
        right=RIGHT,
        top=TOP,
        bottom=BOTTOM,
    )
    return Markup(drawn)  # noqa: S704 (autoescape is on)


def sentence(curve: Told) -> str:
    """What the chart says to someone who cannot see it."""
    return (
        f"At the limit of {words.percent(curve['aql'], 2)} defective records the plan rejects "
        f"{words.percent(curve['producer_risk'])} of batches (producer's risk); of batches with "
        f"{words.percent(curve['limiting_quality'])} it accepts 10% (consumer's risk)"
    )
