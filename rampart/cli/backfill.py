"""`rampart backfill`: past weeks again."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from sqlalchemy import Engine

from contracts.load import load_contract
from rampart.cli.exits import Exit, console, stop
from rampart.cli.running import flows_here, moment
from rampart.cli.tables import safe, state_of
from rampart.ledger.contracts import current_contracts
from rampart.ledger.read import ramp_rows


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command(epilog="Example: rampart backfill dc-alder --weeks 2-4 --terms stricter.odcs.yaml --dry-run")(
        backfill
    )


def backfill(
    who: Annotated[str, typer.Argument(metavar="CONTRACT", help="Contract id, or a vendor's id.")],
    *,
    weeks: Annotated[str, typer.Option(help="A week or a range: 3 or 2-4.")],
    terms: Annotated[
        Path | None, typer.Option(help="Judge by this contract file; it comes into force unless --dry-run.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Book and publish nothing.")] = False,
    as_of: Annotated[str | None, typer.Option(help="Business time of the run; default: now.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON list.")] = False,
) -> None:
    """Judge landed weeks anew, from our own copies; verdicts that change stand beside the old ones."""
    first, last = _range(weeks)
    at = moment(as_of)
    if terms:
        load_contract(terms)
    with flows_here(f"judging weeks {first} to {last} anew"):
        from flows.backfill import backfill as flow  # noqa: PLC0415
        from tasks.workspace import put_in_force, workspace  # noqa: PLC0415

        with workspace() as place:
            contract_id = _contract_id(who, place.books)
            before = _states(contract_id, place.books)
            if terms and not dry_run:
                put_in_force(terms.read_bytes(), str(terms), place, at)
        path = str(terms) if terms and dry_run else None
        outcomes = flow(contract_id, first, last, at, terms=path, dry_run=dry_run)
    if as_json:
        typer.echo(
            json.dumps([{**asdict(found), "before": before.get(found.week)} for found in outcomes], indent=1)
        )
        return
    table = Table(
        title=f"Backfill of {safe(contract_id)}" + (" (dry run: nothing is booked)" if dry_run else "")
    )
    for name in ("week", "before", "now", "accepted", "discarded", "why"):
        table.add_column(name, overflow="fold")
    for found in outcomes:
        counts = ("-" if count is None else f"{count:,}" for count in (found.accepted, found.discarded))
        now = state_of(found.state) if found.changed or dry_run else f"{state_of(found.state)} (unchanged)"
        table.add_row(
            str(found.week), state_of(before.get(found.week, "-")), now, *counts, safe(found.reason)
        )
    console.print(table)


def _range(weeks: str) -> tuple[int, int]:
    parts = weeks.split("-")
    if not all(part.isdigit() for part in parts) or len(parts) > 2 or int(parts[0]) > int(parts[-1]):
        raise stop(Exit.USAGE, f"--weeks {weeks!r} is neither a week nor a range; give for example 3 or 2-4")
    return int(parts[0]), int(parts[-1])


def _contract_id(who: str, books: Engine) -> str:

    known = current_contracts(books, active_only=False)
    found = [row.contract_id for row in known if who in (row.contract_id, row.vendor_id)]
    if len(found) != 1:
        names = ", ".join(row.contract_id for row in known) or "none"
        problem = "several contracts" if found else "no contract"
        raise stop(Exit.LEDGER, f"{who!r} names {problem} on the books; there are: {names}")
    return found[0]


def _states(contract_id: str, books: Engine) -> dict[int, str]:

    return {row.week: row.state for row in ramp_rows(books, contract_id=contract_id)}
