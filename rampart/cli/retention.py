"""`rampart retention`: which data must be deleted, and by when."""

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from rampart.cli.exits import console
from rampart.cli.running import moment
from rampart.cli.tables import safe
from rampart.settings import Settings

if TYPE_CHECKING:
    from rampart.ledger.deletion.retention import Duty


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command(epilog="Example: rampart retention --as-of 2027-01-01T00:00Z --json")(retention)


def retention(
    as_of: Annotated[str | None, typer.Option(help="Business time; default: now.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON list.")] = False,
) -> None:
    """List the weeks whose data are still held, with the last day the contract allows it."""
    from contracts.load import parse_contract  # noqa: PLC0415
    from rampart.ledger.deletion.retention import duties  # noqa: PLC0415
    from rampart.ledger.engine import open_ledger  # noqa: PLC0415
    from tasks.workspace import contract_key, store_at  # noqa: PLC0415

    settings = Settings()
    books, store = open_ledger(settings.ledger_url), store_at(settings.store_uri, settings)
    found = duties(
        books, lambda digest: parse_contract(store.get(contract_key(digest)), digest), moment(as_of)
    )
    books.dispose()
    if as_json:
        shown = [{**asdict(duty), "overdue": duty.overdue} for duty in found]
        typer.echo(json.dumps(shown, indent=1, default=str))
        return
    table = Table(title="Data that are held", title_justify="left")
    for name in ("contract", "weeks", "delete by", "clause", "standing"):
        table.add_column(name, overflow="fold")
    for duty in found:
        weeks = ", ".join(map(str, duty.weeks))
        table.add_row(safe(duty.contract_id), weeks, str(duty.delete_by or "-"), duty.clause, _standing(duty))
    console.print(table)


def _standing(duty: "Duty") -> str:
    if duty.days_left is None:
        return "no limit"
    if duty.overdue:
        return f"[bold red]overdue by {-duty.days_left} days[/]"
    return f"{duty.days_left} days left"
