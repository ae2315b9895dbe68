"""The report on a ramp for a terminal: weeks that came and weeks to come in one table, then the call."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from rich.table import Table

from quality.ramp.forecast import Band, Forecast
from quality.ramp.go_no_go import Call
from quality.ramp.rates import Rate
from quality.ramp.report import Answer, JudgedWeek, RampReport, RampWeek
from quality.verdict import Status
from rampart.cli.exits import console
from rampart.cli.tables import STATUS_STYLE, rate, safe, state_of
from rampart.ledger.ramp_decisions import RampDecision

CALLS: dict[Call, str] = {
    "go": "[bold green]GO[/]",
    "no_go": "[bold red]NO-GO[/]",
    "undecided": "[bold yellow]UNDECIDED[/]",
    "not_testable": "[dim]not testable[/]",
}
_STATUS: dict[Status, str] = {"pass": "ok", "warn": "look", "fail": "alarm", "not_testable": "not testable"}


def overview(reports: Iterable[RampReport]) -> Table:
    """A contract a line."""
    table = Table(title="Ramps", title_justify="left")
    table.add_column("contract", overflow="fold", min_width=24)
    table.add_column("after week")
    for name in ("discarded (95 %)", "ceiling", "P(above)", "accepted at the end", "contracted", "P(enough)"):
        table.add_column(name, justify="right")
    for name in ("call", "look at"):
        table.add_column(name)
    for report in reports:
        table.add_row(*_line(report))
    return table


def _line(report: RampReport) -> tuple[str, ...]:
    last = next((week for week in reversed(report.weeks) if week.judged), None)
    seen = last.judged if last else None
    call = report.outlook.found
    figures = ("-", "-", "-") if last is None or seen is None else (*_observed(seen), _chance(last.above))
    ahead = ("-", "-", "-")
    if call is not None:
        found = call.forecast
        ahead = (_units(found.accepted), f"{found.contracted:,}", _chance(found.reaches))
    said = CALLS[call.call] if call else "[dim]over[/]"
    alarms = "; ".join(report.alarms(last.week)) if last else ""
    after = f"{report.after} of {len(report.weeks)}"
    return (safe(report.contract_id), after, *figures, *ahead, said, safe(alarms))


def say(report: RampReport, called: Sequence[RampDecision]) -> None:
    """Print one contract's report."""
    console.print(
        f"[bold]{safe(report.vendor)}[/], {safe(report.contract_id)}, programme {safe(report.program)}: "
        f"after week {report.after} of {len(report.weeks)}"
    )
    console.print(_weeks(report))
    if latest := next((week for week in reversed(report.weeks) if week.judged), None):
        console.print(_reasons(latest))
        of_it = [row for row in report.domains.found or () if row.group[0] == str(latest.week)]
        if of_it:
            console.print(_domains(latest.week, of_it))
    console.print(_answers(report))
    if report.outlook.found:
        _say_forecast(report.outlook.found.forecast, report.currency)
    _say_call(report, called)
    console.print(
        "[dim]Rows behind a figure: `rampart ramp CONTRACT --json` names object and filter, the dashboard "
        "links them; `rampart why RECORD` explains one record.[/]",
        soft_wrap=True,
        highlight=False,
    )


def _weeks(report: RampReport) -> Table:
    caption = (
        "P(above): probability that the true discard rate is above the ceiling. ~: forecast, P10 to P90."
    )
    table = Table(title="Weeks", title_justify="left", caption=caption, caption_justify="left")
    for name in ("week", "phase", "state"):
        table.add_column(name)
    for name in ("planned", "readable", "discarded", "rate (95 %)", "ceiling", "P(above)"):
        table.add_column(name, justify="right")
    table.add_column("expected ±3 sigma", justify="right")
    table.add_column("look at")
    for week in report.weeks:
        due = " [bold]◂ go?[/]" if week.week == report.decision_week else ""
        table.add_row(f"{week.week}{due}", week.phase, *_cells(report, week))
    return table


def _cells(report: RampReport, week: RampWeek) -> tuple[str, ...]:
    seen = week.judged
    if seen is None:
        ahead = week.ahead
        told = ("", "", "", "")
        if ahead is not None:
            told = (
                f"~{_units(ahead.delivered)}",
                "",
                f"~{_shares(ahead.discard_rate)}",
                f"~{ahead.above:.2f}",
            )
        came, lost, share, above = told
        cells = ("to come", f"{week.planned:,}", came, lost, share, f"{week.ceiling:.1%}", above, "", "")
        return tuple(f"[dim]{cell}[/]" if cell else "" for cell in cells)
    point = week.point
    limits = f"{point.lower:.1%} to {point.upper:.1%}" if point else "-"
    alarms = "; ".join(report.alarms(week.week))
    style = STATUS_STYLE[seen.verdict.status]
    return (
        state_of(seen.state),
        f"{week.planned:,}",
        f"{seen.readable:,}",
        f"{seen.discarded:,}",
        *_observed(seen),
        f"[{style}]{_chance(week.above)}[/]",
        limits,
        f"[bold]{safe(alarms)}[/]" if alarms else "",
    )


def _observed(seen: JudgedWeek) -> tuple[str, str]:
    verdict = seen.verdict
    return rate(verdict.observed, verdict.low, verdict.high), f"{seen.ceiling:.1%}"


def _reasons(week: RampWeek) -> Table:
    table = Table(title=f"Discards of week {week.week}", title_justify="left")
    table.add_column("reason")
    for name in ("as first", "share (95 %)", "in all", "left"):
        table.add_column(name, justify="right")
    for step in week.waterfall.steps if week.waterfall else ():
        share = rate(step.share, step.low, step.high)
        table.add_row(safe(step.reason), f"{step.first:,}", share, f"{step.every:,}", f"{step.left:,}")
    return table


def _domains(week: int, rows: Sequence[Rate]) -> Table:
    table = Table(title=f"Domains of week {week}", title_justify="left")
    table.add_column("domain")
    for name in ("readable", "discarded", "rate (95 %)", "P(above)"):
        table.add_column(name, justify="right")
    for row in rows:
        figures = (f"{row.readable:,}", f"{row.discarded:,}", rate(row.share, row.low, row.high))
        table.add_row(safe(row.group[1]), *figures, _chance(row.above))
    return table


def _answers(report: RampReport) -> Table:
    table = Table(title="All weeks together", title_justify="left")
    for name in ("question", "answer"):
        table.add_column(name)
    table.add_column("why", overflow="fold")
    asked: dict[str, Answer[Any]] = {
        "above the ceilings?": report.sequence,
        "unlike what was expected?": report.chart,
        "changed for good?": report.change,
        "a cohort worse than the others?": report.cohorts,
        "an annotator worse?": report.annotators,
        "by domain": report.domains,
    }
    for question, answer in asked.items():
        style = STATUS_STYLE[answer.status]
        table.add_row(question, f"[{style}]{_STATUS[answer.status]}[/]", safe(answer.reason))
    return table


def _say_forecast(found: Forecast, currency: str) -> None:
    table = Table(title="Forecast of the contract's end", title_justify="left")
    table.add_column("")
    for name in ("P10", "P50", "P90"):
        table.add_column(name, justify="right")
    accepted, cost = found.accepted, found.cost_per_unit
    table.add_row(
        "accepted units", *(f"{value:,.0f}" for value in (accepted.p10, accepted.p50, accepted.p90))
    )
    costs = (_money(value) for value in (cost.p10, cost.p50, cost.p90))
    table.add_row(f"cost of one, {safe(currency)}", *costs)
    console.print(table)
    console.print(
        f"Contracted: {found.contracted:,} accepted units; so far {found.accepted_so_far:,}. "
        f"P(accepted >= contracted) = [bold]{found.reaches:.2f}[/]. "
        f"Ahead: {found.ahead:,.2f} {safe(currency)} ({found.share_ahead:.1%} of the money).",
        soft_wrap=True,
        highlight=False,
    )


def _say_call(report: RampReport, called: Sequence[RampDecision]) -> None:
    found = report.outlook.found
    now = f"{CALLS[found.call]} by what is known now. " if found else ""
    console.print(f"{now}{safe(report.outlook.reason)}", soft_wrap=True, highlight=False)
    for one in called:
        when = f"{one.as_of:%Y-%m-%d}"
        said = f"In the books after week {one.week}, {when}: {CALLS[one.call]}. {safe(one.reason)}"
        console.print(said, soft_wrap=True, highlight=False)
    if not called and report.decision_week is not None:
        console.print(f"Go or no-go is due after week {report.decision_week}; it is not in the books yet.")


def _chance(probability: float | None) -> str:
    return "-" if probability is None else f"{probability:.2f}"


def _units(band: Band) -> str:
    return f"{band.p10:,.0f} to {band.p90:,.0f}"


def _shares(band: Band) -> str:
    return f"{band.p10:.1%} to {band.p90:.1%}"


def _money(cost: Decimal | None) -> str:
    return "no unit" if cost is None else f"{cost:,}"
