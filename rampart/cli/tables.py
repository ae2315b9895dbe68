"""The books as tables for a terminal."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import TYPE_CHECKING

from rich.markup import escape
from rich.table import Table

from rampart.delivery.errors import printable
from rampart.records.reasons import REASONS

if TYPE_CHECKING:  # the database is loaded by the commands that read it
    from quality.verdict import Verdict
    from rampart.ledger.read import MoneyRow, RampRow, RmRow

ALL = "all"
LONGEST = 2_000  # characters of one reason
STATUS_STYLE = {"pass": "green", "warn": "yellow", "fail": "bold red", "not_testable": "dim"}
STATE_STYLE = {
    "accepted": "green",
    "accepted_partial": "yellow",
    "held": "bold magenta",
    "rejected": "bold red",
    "late": "bold red",
}


def safe(text: str) -> str:
    """Vendor text for a terminal: nothing in it acts."""
    return escape(printable(text, LONGEST))


def state_of(state: str) -> str:
    """A state in its colour; the word alone says it too."""
    style = STATE_STYLE.get(state)
    words = state.replace("_", " ")
    return f"[{style}]{words}[/]" if style else words


def ramp_table(rows: "Iterable[RampRow]") -> Table:
    """Vendor x week: volume, discard rate with interval against the ceiling, verdict."""
    table = Table(title="Ramp", title_justify="left", expand=False)
    for name in ("vendor", "week", "phase"):
        table.add_column(name)
    for name in ("delivered", "accepted", "discarded", "unreadable"):
        table.add_column(name, justify="right")
    table.add_column("discard rate (95 %)", justify="right")
    table.add_column("ceiling", justify="right")
    table.add_column("verdict")
    vendor = None
    for row in rows:
        if vendor not in (None, row.vendor):
            table.add_section()
        vendor = row.vendor
        table.add_row(
            safe(row.vendor),
            str(row.week),
            row.phase,
            *(f"{count:,}" for count in (row.delivered, row.accepted, row.discarded, row.quarantined)),
            rate(row.discard_rate, row.low, row.high),
            f"{row.ceiling:.0%}",
            state_of(row.state),
        )
    return table


def discard_table(rows: "Iterable[RampRow]") -> Table:
    """Contract x reason x week: discarded records by the first reason of each, so that a week adds up."""
    judged = [row for row in rows if row.reasons]
    weeks = sorted({row.week for row in judged})
    table = Table(title="Discarded, by first reason", title_justify="left")
    table.add_column("vendor")
    table.add_column("reason", overflow="fold")
    for week in weeks:
        table.add_column(f"week {week}", justify="right")
    table.add_column("all", justify="right", style="bold")
    for _, grouped in groupby(judged, key=lambda row: row.contract_id):
        contract = list(grouped)
        for words, counts in _waterfall(contract):
            told = (f"{counts[week]:,}" if counts.get(week) else "·" for week in weeks)
            style = "bold" if words == ALL else None
            table.add_row(safe(contract[0].vendor), words, *told, f"{sum(counts.values()):,}", style=style)
        table.add_section()
    return table


def _waterfall(contract: "list[RampRow]") -> "Iterator[tuple[str, dict[int, int]]]":
    """Each reason that some record of a contract was discarded for, then all: counts by week."""
    first = {row.week: {reason.code: reason.first for reason in row.reasons} for row in contract}
    for reason in REASONS:
        counts = {week: found.get(reason.code, 0) for week, found in first.items()}
        if any(counts.values()):
            yield reason.code.replace("_", " "), counts
    yield ALL, {row.week: row.discarded for row in contract}


def rate(value: float | None, low: float | None, high: float | None) -> str:
    """A share with its interval, or a dash."""
    if value is None:
        return "-"
    interval = "" if low is None or high is None else f" ({low:.1%} to {high:.1%})"
    return f"{value:.1%}{interval}"


# Counts and hours; the quality rules of a contract say by their own unit what they count.
_NO_SHARES = ("volume", "longest_day_hours")


def verdict_table(verdicts: "Iterable[Verdict]") -> Table:
    """One row a clause verdict: what was found with its interval, what was asked, and the sentence."""
    table = Table(title="Verdicts", title_justify="left")
    for name in ("clause", "metric", "status"):
        table.add_column(name)
    for name in ("observed (95 %)", "n"):
        table.add_column(name, justify="right")
    table.add_column("why", overflow="fold")
    for verdict in verdicts:
        style = STATUS_STYLE[verdict.status]
        counted = verdict.spec.metric in _NO_SHARES or verdict.spec.clause.startswith("quality")
        observed = rate(verdict.observed, verdict.low, verdict.high)
        table.add_row(
            safe(verdict.spec.clause),
            verdict.spec.metric,
            f"[{style}]{verdict.status.replace('_', ' ')}[/]",
            f"{verdict.observed:,.6g}" if counted and verdict.observed is not None else observed,
            f"{verdict.n:,}",
            safe(verdict.reason),
        )
    return table


def money_table(rows: "Iterable[MoneyRow]") -> Table:
    """Contract by contract: committed, payable, credited, at risk, and what an accepted unit cost."""
    table = Table(title="Money", title_justify="left")
    table.add_column("vendor")
    for name in ("committed", "payable", "credited", "at risk (held)", "accepted units", "per accepted unit"):
        table.add_column(name, justify="right")
    table.add_column("currency")
    for row in rows:
        table.add_row(
            safe(row.vendor),
            f"{row.committed:,}",
            f"{row.payable:,}",
            f"{row.credited:,}",
            f"{row.at_risk:,}",
            f"{row.accepted_units:,}",
            "-" if row.cost_per_accepted is None else f"{row.cost_per_accepted}",
            row.currency,
        )
    return table


def rm_table(rows: "Iterable[RmRow]") -> Table:
    """One row a version: trigger, data, held-out accuracy, and whether it was promoted and why."""
    caption = (
        "Each version is scored on the held-out pairs of its own time: compare by the difference, not by row."
    )
    table = Table(title="Reward models", title_justify="left", caption=caption, caption_justify="left")
    table.add_column("version", justify="right")
    table.add_column("after")
    table.add_column("pairs", justify="right")
    table.add_column("held-out accuracy (95 %)", justify="right")
    table.add_column("decision and why", overflow="fold")
    for row in rows:
        contract_id, week, revision = row.trigger
        again = f" r{revision}" if revision > 1 else ""
        mark = "[bold green]champion[/] " if row.champion else ""
        table.add_row(
            f"v{row.version}",
            f"{safe(contract_id)} w{week}{again}",
            f"{row.n_train:,}",
            rate(row.accuracy, row.accuracy_low, row.accuracy_high),
            mark + safe(row.reason),
        )
    return table
