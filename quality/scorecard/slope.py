r"""How steeply does a vendor's discard rate fall?

**Model.** The curves of `quality.ramp.learning`, which draw a vendor with few weeks towards the others. Of
each posterior draw of the logit discard rates in the weeks seen, the slope is that of the least-squares line
on $\log w$: -0.7 says that the odds of a discard halve about every 2.7-fold of weeks. The figure is the mean
over draws, with the central 95 %.

**Two vendors.** Their draws are taken as independent. Pooled curves lean the same way, so the true spread of
the difference is a little smaller: the interval errs on the wide side.

**Small numbers.** Under three weeks a slope is the prior's and not the vendor's: not testable.

**What it does not say.** A vendor that starts well has little to learn; read it beside the first-pass yield.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import hypot

import numpy as np
import polars as pl
from scipy import special

from quality.ramp.learning import LearningCurves, learning_curves
from quality.scorecard.figure import Contrast, Figure, Lacking, normal, untold
from quality.scorecard.weekly import LEAST_WEEKS, WeekSum

NAME = "ramp_slope"
DRAWS = 4000
FEW = Lacking("weeks", f"A slope needs {LEAST_WEEKS} judged weeks.")


@dataclass(frozen=True)
class Slope:
    """A vendor's slope, its spread, and its figure."""

    figure: Figure
    spread: float


def slopes(weeks: Mapping[str, Sequence[WeekSum]]) -> dict[str, Slope]:
    """The slope of each contract; `weeks` are its kept (`part`) of its readable records (`whole`)."""
    rows = [
        {"vendor": name, "week": week.week, "readable": round(week.whole), "discarded": _lost(week)}
        for name, seen in weeks.items()
        for week in seen
    ]
    known = {
        name: seen for name, seen in weeks.items() if sum(week.whole > 0 for week in seen) >= LEAST_WEEKS
    }
    if not known:
        return {name: Slope(untold(NAME, name, "logit", FEW), 0.0) for name in weeks}
    curves = learning_curves(pl.DataFrame(rows))
    return {
        name: _slope(curves, name, known[name])
        if name in known
        else Slope(untold(NAME, name, "logit", FEW, len(weeks[name])), 0.0)
        for name in weeks
    }


def slopes_apart(one: Slope, other: Slope) -> Contrast | Lacking:
    """Slope of `one` less that of `other`: below zero where `one` learns faster."""
    if one.figure.value is None or other.figure.value is None:
        return FEW
    difference = one.figure.value - other.figure.value
    weeks = one.figure.n + other.figure.n
    said = "pooled learning curves of both"
    return Contrast(difference, normal(difference, hypot(one.spread, other.spread)), weeks, said)


def _slope(curves: LearningCurves, name: str, seen: Sequence[WeekSum]) -> Slope:
    weeks = sorted(week.week for week in seen if week.whole > 0)
    rates = curves.draw(name, weeks, DRAWS, np.random.default_rng(0))
    along = np.log(weeks) - np.log(weeks).mean()
    drawn = special.logit(np.clip(rates, 1e-9, 1 - 1e-9)) @ along / (along @ along)
    low, high = np.quantile(drawn, [0.025, 0.975])
    said = f"logit discard rate by log week over {len(weeks):,} weeks; few weeks are drawn towards the usual."
    evidence = tuple(week.evidence for week in seen)
    value = float(drawn.mean())
    figure = Figure(NAME, name, "logit", value, float(low), float(high), len(weeks), said, evidence)
    return Slope(figure, float(drawn.std()))


def _lost(week: WeekSum) -> int:
    return round(week.whole) - round(week.part)
