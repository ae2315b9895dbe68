"""From small tables of counts to everything they say about one contract's ramp.

Each question has a file of its own beside this one, with its model, its sources and what it does not say;
here they are asked together, of the same weeks. What cannot be asked yet is `not_testable` and says why.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import polars as pl

from contracts.model import Contract
from quality.ramp import groups as by_group
from quality.ramp.change import Change, change_point
from quality.ramp.cohorts import CohortPath, cohort_paths
from quality.ramp.control_chart import ControlChart, laney_chart
from quality.ramp.expected import expected_rates
from quality.ramp.forecast import forecast
from quality.ramp.go_no_go import Call, GoNoGo, go_no_go
from quality.ramp.learning import learning_curves
from quality.ramp.plan import PastWeek, contracted_units, planned_week
from quality.ramp.rates import Rate, rates
from quality.ramp.report import Answer, JudgedWeek, RampReport, Rows
from quality.ramp.sequence import Looks, confidence_sequence
from quality.ramp.timeline import ramp_weeks
from quality.verdict import Status

FALSE_ALARMS = 0.05  # of all domains of a week together, as of every alarm here
WIDE = 0.5  # limits this far apart let nearly every rate through
LOST = "reason_mask <> 0"
CEILINGS = "ramp.phases"
_CALLS: dict[Call, Status] = {
    "go": "pass",
    "undecided": "warn",
    "no_go": "fail",
    "not_testable": "not_testable",
}


def ramp_report(
    contract: Contract,
    judged: Sequence[JudgedWeek],
    programme: pl.DataFrame,
    groups: pl.DataFrame,
    by_week: Mapping[int, Contract] | None = None,
) -> RampReport:
    """Everything that `judged` weeks say about the ramp of `contract`.

    Args:
        contract: its current version.
        judged: its judged weeks so far, in order.
        programme: one row a contract and week of the programme, these among them: `vendor` (the contract's
            id), `week`, `readable`, `discarded`. Vendors of one programme inform each other's forecast.
        groups: `quality.ramp.groups.GROUPS` and `week`, of those weeks that were counted.
        by_week: the version that judges each week, where it is not `contract`.
    """
    terms = by_week or dict.fromkeys(sorted(contract.ramp.weeks), contract)
    seen = [week for week in judged if week.readable]
    sequence, chart = _sequence(seen), _chart(contract, seen, programme)
    outlook = _outlook(contract, terms, judged, programme)
    return RampReport(
        contract.contract_id,
        contract.vendor.name,
        contract.program,
        contract.ramp.currency,
        max((week.week for week in judged), default=0),
        contract.ramp.decides_after,
        ramp_weeks(terms, judged, sequence.found, chart.found, outlook.found),
        sequence,
        chart,
        _change(seen),
        _domains(seen, groups),
        _people(contract, seen, by_group.cohorts(groups), "cohorts"),
        _people(contract, seen, by_group.annotators(groups), "annotators"),
        outlook,
    )


def _lost(seen: Sequence[JudgedWeek]) -> tuple[Rows, ...]:
    """The discarded records of each week."""
    return tuple(Rows(week.week, week.verdict.evidence or "", LOST) for week in seen)


def _grouped(seen: Sequence[JudgedWeek], kind: str) -> tuple[Rows, ...]:
    return tuple(Rows(week.week, week.groups, f"kind = '{kind}'") for week in seen if week.groups)


def _columns(seen: Sequence[JudgedWeek]) -> tuple[list[int], list[int], list[int]]:
    return [w.week for w in seen], [w.readable for w in seen], [w.discarded for w in seen]


def _sequence(seen: Sequence[JudgedWeek]) -> Answer[Looks]:
    if not seen:
        return Answer("not_testable", "No week with readable records is judged yet.", CEILINGS, ())
    found = confidence_sequence(*_columns(seen), [week.ceiling for week in seen])
    last = found.looks[-1]
    said = (
        f"Over {len(found.looks)} weeks {last.share:.1%} were discarded; at any look the average lies "
        f"within {last.low:.1%} to {last.high:.1%}. "
    )
    if found.breached_in is None:
        said += f"No week is proven above its ceiling (e-value {last.e_value:,.2g}, 20 would prove it)."
    else:
        said += f"Since week {found.breached_in} some week is proven above its ceiling (e-value 20 or more)."
    status: Status = "pass" if found.breached_in is None else "fail"
    return Answer(status, said, CEILINGS, _lost(seen), found)


def _chart(contract: Contract, seen: Sequence[JudgedWeek], programme: pl.DataFrame) -> Answer[ControlChart]:
    """From the second week on: each is held against what was to be expected of the weeks before it."""
    weeks, readable, discarded = _columns(seen[1:])
    found = laney_chart(weeks, readable, discarded, expected_rates(programme, contract.contract_id, weeks))
    if not found.points:
        said = f"A chart of what weeks before let expect starts in the second week. {found.reason}"
        return Answer("not_testable", said, CEILINGS, _lost(seen))
    out = [f"week {point.week}" for point in found.points if point.out]
    said = f"{', '.join(out) or 'No week'} out of line with what the weeks before let expect. {found.reason}"
    if max(point.upper - point.lower for point in found.points) >= WIDE:
        said += " The weeks differ so much that hardly any would be out of line; look at the ceilings."
    return Answer("warn" if out else "pass", said, CEILINGS, _lost(seen), found)


def _change(seen: Sequence[JudgedWeek]) -> Answer[Change]:
    found = change_point(*_columns(seen))
    if found.changed is None:
        return Answer("not_testable", found.reason, CEILINGS, _lost(seen))
    worse = found.changed and (found.step or 0) > 0
    said = (
        found.reason if found.changed else f"No lasting change beyond learning. The largest: {found.reason}"
    )
    return Answer("warn" if worse else "pass", said, CEILINGS, _lost(seen), found)


def _domains(seen: Sequence[JudgedWeek], groups: pl.DataFrame) -> Answer[tuple[Rate, ...]]:
    ceilings = {week.week: week.ceiling for week in seen}
    counts = by_group.domains(groups.filter(pl.col("week").is_in(list(ceilings))), ceilings)
    if not counts.height:
        return Answer("not_testable", _uncounted(seen, "domain"), CEILINGS, ())
    found = rates(counts, ("week", "domain"))
    last = [rate for rate in found if rate.group[0] == str(seen[-1].week)]
    level = 1 - FALSE_ALARMS / max(len(last), 1)
    above = sum(rate.above is not None and rate.above >= level for rate in last)
    said = (
        f"{above} of {len(last)} domains of week {seen[-1].week} are above the ceiling beyond what looking "
        f"at {len(last)} explains (P(above) of {level:.3f} or more)."
    )
    return Answer("warn" if above else "pass", said, CEILINGS, _grouped(seen, "domain"), found)


def _people(
    contract: Contract, seen: Sequence[JudgedWeek], counts: pl.DataFrame, who: str
) -> Answer[tuple[CohortPath, ...]]:
    if not counts.height:
        return Answer("not_testable", _uncounted(seen, "annotator"), "annotators", ())
    found = cohort_paths(counts, weeks=contract.term.weeks)
    compared = [path for path in found if path.weeks]
    if not compared:
        said = f"No week has two {who}: there are no colleagues to compare with."
        return Answer("not_testable", said, "annotators", _grouped(seen, "annotator"))
    alarmed = [path for path in compared if path.alarm is not None]
    said = (
        f"{len(alarmed)} of {len(compared)} {who} climbed to the alarm: their odds of a discard are "
        "nearer to three times their colleagues' than to the tolerated one and a half."
        if alarmed
        else f"None of {len(compared)} {who} climbed to the alarm, which stands for odds of a discard "
        "nearer to three times the colleagues' than to the tolerated one and a half."
    )
    return Answer("warn" if alarmed else "pass", said, "annotators", _grouped(seen, "annotator"), found)


def _uncounted(seen: Sequence[JudgedWeek], what: str) -> str:
    if not seen:
        return "No week with readable records is judged yet."
    if any(week.groups for week in seen):
        return f"No record names a {what}." if what == "domain" else f"No record names an {what}."
    return (
        f"The weeks were not counted by {what} when they were judged, or their data were deleted; a "
        "judgement anew counts them (`rampart backfill`)."
    )


def _held_count(judged: Sequence[JudgedWeek]) -> str:
    """The sentence that is owed where some of what is counted waits for a person."""
    held = sum(week.accepted for week in judged if week.state == "held")
    return f" {held:,} units of held weeks are counted, and wait for a decision." if held else ""


def _outlook(
    contract: Contract,
    terms: Mapping[int, Contract],
    judged: Sequence[JudgedWeek],
    programme: pl.DataFrame,
) -> Answer[GoNoGo]:
    clause = "ramp.contracted_units" if contract.ramp.contracted_units else "ramp.weeks"
    over = {week.week for week in judged}
    plan = [planned_week(terms[number], number) for number in sorted(terms) if number not in over]
    if not plan:
        so_far = sum(week.accepted for week in judged)
        said = f"Every week is judged: {so_far:,} units were accepted of "
        said += f"{contracted_units(contract, terms):,} contracted"
        said += f".{_held_count(judged)} Nothing is left to forecast."
        return Answer("not_testable", said, clause, _lost(judged))
    past = [
        PastWeek(w.week, w.planned, w.readable, w.accepted, w.paid, w.state == "rejected") for w in judged
    ]
    found = forecast(
        learning_curves(programme), contract.contract_id, past, plan, contracted_units(contract, terms)
    )
    call = go_no_go(found, contract.ramp.confidence)
    call = replace(call, reason=call.reason + _held_count(judged))
    return Answer(_CALLS[call.call], call.reason, clause, _lost(judged), call)
