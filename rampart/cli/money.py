"""`rampart money`: what a contract committed, paid, withheld and gained, every figure with its address."""

import json
from dataclasses import asdict
from decimal import Decimal
from typing import Annotated, Any

import typer
from rich.table import Table

from rampart.cli.exits import console
from rampart.cli.tables import safe, state_of
from rampart.ledger.engine import open_ledger
from rampart.ledger.read import Statement, StatementWeek, contract_ids, statement
from rampart.settings import Settings

AMOUNTS = ("billed", "payable", "credits", "withheld", "disputed", "if accepted")


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command(epilog="Example: rampart money dc-birch --json")(money)


def money(
    contract_id: Annotated[str | None, typer.Argument(help="The contract; default: every one.")] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON list.")] = False,
) -> None:
    """Show committed, spent and at risk, week by week, and what an accepted unit and a point cost."""
    books = open_ledger(Settings().ledger_url)
    wanted = contract_ids(books) if contract_id is None else (contract_id,)
    found = [statement(books, one) for one in wanted]
    if as_json:
        typer.echo(json.dumps([as_plain(one) for one in found], indent=1, ensure_ascii=False))
        return
    if not found:
        console.print("No contract is on the books. Try: rampart demo, or rampart contract register FILE")
    for one in found:
        console.print(_weeks(one))
        for line in _sums(one):
            console.print(line, soft_wrap=True, highlight=False)


def as_plain(of: Statement) -> dict[str, Any]:
    """A statement as JSON values: amounts as text, each week with the address of its rows."""
    told = _plain(asdict(of))
    for week, plain in zip(of.weeks, told["weeks"], strict=True):
        plain["evidence"] = (
            f"{of.contract_id} week {week.week} revision {week.revision}" if week.judged else None
        )
    told["gain"]["distinguishable"] = of.gain.distinguishable
    return {**told, "spent": f"{of.spent:f}"}


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value if isinstance(value, str | int | float | bool | None) else str(value)


def _weeks(of: Statement) -> Table:
    title = f"{of.vendor}, {of.contract_id}, in {of.currency}: billed = payable + credits + withheld"
    table = Table(title=safe(title), title_justify="left")
    for name in ("week", "verdict"):
        table.add_column(name)
    for name in (
        "committed",
        "accepted",
        "billed",
        "payable",
        "credits",
        "withheld",
        "disputed",
        "if accepted",
    ):
        table.add_column(name, justify="right")
    for week in of.weeks:
        table.add_row(*_row(week))
    money = of.total
    amounts = (money.billed, money.payable, money.credits, money.withheld, money.disputed)
    table.add_section()
    sums = (f"{of.committed:,}", f"{of.accepted_units:,}", *(f"{one:,}" for one in amounts), f"{of.held:,}")
    table.add_row("all", "", *sums)
    return table


def _row(week: StatementWeek) -> tuple[str, ...]:
    again = f" r{week.revision}" if week.revision and week.revision > 1 else ""
    money = week.money
    amounts = (money.billed, money.payable, money.credits, money.withheld, money.disputed, week.if_accepted)
    shown = (f"{one:,}" for one in amounts) if week.judged else ("-",) * len(amounts)
    accepted = f"{week.accepted:,}" if week.judged else "-"
    return (f"{week.week}{again}", state_of(week.state), f"{week.committed:,}", accepted, *shown)


def _sums(of: Statement) -> tuple[str, ...]:
    unit = "-" if of.cost_per_accepted is None else f"{of.cost_per_accepted} {safe(of.currency)}"
    gained = of.gain
    point = "" if gained.cost is None else f"; a point cost {gained.cost:,} {safe(of.currency)}"
    if gained.cost_low is not None and gained.cost_high is not None:
        point += f" ({gained.cost_low:,} to {gained.cost_high:,})"
    return (
        f"committed {of.committed:,}, spent {of.spent:,}, at risk {of.at_risk:,}, to come {of.to_come:,}",
        f"an accepted unit cost {unit}",
        f"reward model: {gained.sentence}{point} (rampart status --program {safe(of.program)})",
        f"lines and their rows: rampart status --json; invoices booked: {len(of.invoices)}",
    )
