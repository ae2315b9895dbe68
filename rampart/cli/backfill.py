"""`rampart backfill`: past weeks again."""

import json
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from sqlalchemy import Engine

from contracts.load import load_contract
from contracts.model import Contract
from rampart.cli.exits import Exit, console, stop
from rampart.cli.running import flows_here, moment
from rampart.cli.tables import safe, state_of
from rampart.cli.weeks import week_range
from rampart.ledger.contracts import current_contracts
from rampart.ledger.read import ramp_rows

if TYPE_CHECKING:  # a flow's module loads Prefect
    from flows.outcome import Outcome


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command(epilog="Example: rampart backfill dc-alder --weeks 2-4 --terms stricter.odcs.yaml --dry-run")(
        backfill
    )


def backfill(
    who: Annotated[str, typer.Argument(metavar="CONTRACT", help="Contract id, or a vendor's id.")],
    *,
    weeks: Annotated[str, typer.Option(help="A week or a range: 3 or 2-4.")],
    under: Annotated[
        str | None,
        typer.Option(
            help="Judge by this registered version; default: the one in force when each week was due."
        ),
    ] = None,
    terms: Annotated[
        Path | None, typer.Option(help="Judge by this contract file; it is registered unless --dry-run.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Book and publish nothing.")] = False,
    as_of: Annotated[str | None, typer.Option(help="Business time of the run; default: now.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON list.")] = False,
) -> None:
    """Judge landed weeks anew, from our own copies; verdicts that change stand beside the old ones."""
    first, last = week_range(weeks)
    at = moment(as_of)
    if under and terms:
        raise stop(Exit.USAGE, "--under names a version on the books, --terms a file. Fix: give one of them")
    rules, before = _agree(who, last, under, terms, register_at=None if dry_run else at)
    contract_id = rules.contract_id
    with flows_here(f"judging weeks {first} to {last} anew") as stage:
        from flows.backfill import backfill as flow  # noqa: PLC0415

        stage.ready()
        path = str(terms) if terms and dry_run else None
        version = rules.version if under or (terms and not dry_run) else None
        outcomes = flow(contract_id, first, last, at, under=version, terms=path, dry_run=dry_run)
    if as_json:
        told = [{**asdict(found), "before": before.get(found.week)} for found in outcomes]
        typer.echo(json.dumps(told, indent=1))
    else:
        console.print(_table(contract_id, outcomes, before, dry_run))
    if any(found.state == "refused" for found in outcomes):
        raise stop(Exit.REFUSED, "not every week could be judged; see above")


def _table(contract_id: str, outcomes: "tuple[Outcome, ...]", before: dict[int, str], dry_run: bool) -> Table:
    how = " (dry run: nothing is booked)" if dry_run else ""
    table = Table(title=f"Backfill of {safe(contract_id)}{how}")
    for name in ("week", "before", "now", "accepted", "discarded", "why"):
        table.add_column(name, overflow="fold")
    for found in outcomes:
        counts = ("-" if count is None else f"{count:,}" for count in (found.accepted, found.discarded))
        now = state_of(found.state) if found.changed or dry_run else f"{state_of(found.state)} (unchanged)"
        table.add_row(
            str(found.week), state_of(before.get(found.week, "-")), now, *counts, safe(found.reason)
        )
    return table


def _agree(
    who: str, last: int, under: str | None, terms: Path | None, *, register_at: datetime | None
) -> tuple[Contract, dict[int, str]]:
    """The terms asked for and the weeks' states; a file is registered unless `register_at` is None."""
    from tasks.workspace import current_terms, put_in_force, terms_in_file, terms_under, workspace  # noqa: PLC0415

    if terms:
        load_contract(terms)
    with workspace() as place:
        contract_id = _contract_id(who, place.books)
        if terms:
            rules = terms_in_file(str(terms), contract_id)
        else:
            rules = terms_under(contract_id, under, place) if under else current_terms(contract_id, place)
        if last > rules.term.weeks:
            weeks = rules.term.weeks
            raise stop(Exit.USAGE, f"--weeks names week {last}, but {contract_id} has weeks 1 to {weeks}")
        if terms and register_at:
            put_in_force(terms.read_bytes(), str(terms), place, register_at)
        return rules, {row.week: row.state for row in ramp_rows(place.books, contract_id=contract_id)}


def _contract_id(who: str, books: Engine) -> str:
    known = current_contracts(books, active_only=False)
    found = [row.contract_id for row in known if who in (row.contract_id, row.vendor_id)]
    if len(found) != 1:
        names = ", ".join(row.contract_id for row in known) or "none"
        problem = "several contracts" if found else "no contract"
        raise stop(Exit.LEDGER, f"{who!r} names {problem} on the books; there are: {names}")
    return found[0]
