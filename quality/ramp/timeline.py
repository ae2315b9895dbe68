"""A contract's weeks in one row each: those that came, and those to come."""

from collections.abc import Mapping, Sequence

import polars as pl

from contracts.model import Contract
from quality.ramp.control_chart import ControlChart
from quality.ramp.discard import probability_above
from quality.ramp.go_no_go import GoNoGo
from quality.ramp.plan import planned_week
from quality.ramp.report import JudgedWeek, RampWeek
from quality.ramp.sequence import Looks
from quality.ramp.waterfall import Waterfall, waterfalls

_COUNTS = {"vendor": pl.String, "week": pl.Int64, "readable": pl.Int64, "discarded": pl.Int64}
_REASONS = {"vendor": pl.String, "week": pl.Int64, "reason": pl.String, "first": pl.Int64, "every": pl.Int64}


def ramp_weeks(
    terms: Mapping[int, Contract],
    judged: Sequence[JudgedWeek],
    sequence: Looks | None,
    chart: ControlChart | None,
    outlook: GoNoGo | None,
) -> tuple[RampWeek, ...]:
    """Every week of the term in order: a judged one with what is said of it, one to come with its forecast.

    Args:
        terms: the version that judges each week.
        judged: the weeks so far.
        sequence: what the weeks so far say together.
        chart: each week against what was expected of it.
        outlook: the forecast of the weeks to come.
    """
    done = {week.week: week for week in judged}
    falls = _waterfalls(judged)
    looks = {look.week: look for look in (sequence.looks if sequence else ())}
    points = {point.week: point for point in (chart.points if chart else ())}
    ahead = {week.week: week for week in (outlook.forecast.weeks if outlook else ())}
    found = []
    for number in sorted({*terms, *done}):
        if week := done.get(number):
            point, look = points.get(number), looks.get(number)
            above = _above(week)
            shown = RampWeek(
                number, week.phase, week.planned, week.ceiling, week.verdict.spec.clause, week, above,
                falls.get(number), point, look, None,
            )  # fmt: skip
        else:
            plan, phase = planned_week(terms[number], number), terms[number].week(number).phase
            clause = terms[number].ceiling_clause(number)
            shown = RampWeek(
                number, phase, plan.units, plan.ceiling, clause, None, None, None, None, None,
                ahead.get(number),
            )  # fmt: skip
        found.append(shown)
    return tuple(found)


def _above(week: JudgedWeek) -> float | None:
    return probability_above(week.discarded, week.readable, week.ceiling) if week.readable else None


def _waterfalls(judged: Sequence[JudgedWeek]) -> dict[int, Waterfall]:
    counts = [
        {"vendor": "", "week": w.week, "readable": w.readable, "discarded": w.discarded} for w in judged
    ]
    reasons = [
        {"vendor": "", "week": w.week, "reason": code, "first": first, "every": every}
        for w in judged
        for code, first, every in w.reasons
    ]
    found = waterfalls(pl.DataFrame(counts, _COUNTS), pl.DataFrame(reasons, _REASONS))
    return {fall.week: fall for fall in found}
