"""`rampart dispute`: a vendor contests discards; a named person reinstates them, or upholds the discards."""

import json
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.table import Table

from rampart.cli.exits import Exit, console, stop
from rampart.cli.running import moment
from rampart.cli.tables import safe
from rampart.cli.weeks import Week
from rampart.ledger.contracts import contract_versions
from rampart.ledger.disputes import SHOWN, Dispute, Ruling, dispute_named, disputes
from rampart.ledger.queue import age_days, answer_due, queue

Contract = Annotated[str, typer.Argument(help="The contract.")]
Named = Annotated[str, typer.Argument(metavar="DISPUTE", help="Its id, or the first characters of it.")]
AsOf = Annotated[str | None, typer.Option(help="Business time; default: now.")]
RULINGS: dict[str, Ruling] = {"reinstate": "reinstated", "uphold": "upheld"}
MOST_SHOWN = 50  # contested records in a table; --json gives all

app = typer.Typer(
    help="Take in, show, rule on and list what a vendor contests.", no_args_is_help=True, add_completion=False
)


@app.callback()
def _group() -> None:
    """Take in, show, rule on and list what a vendor contests."""


@app.command("open", epilog="Example: rampart dispute open dc-birch 3 birch-week-03.jsonl")
def open_one(
    contract_id: Contract,
    week: Week,
    file: Annotated[Path, typer.Argument(help="JSON lines: record_id, claim.", exists=True, dir_okay=False)],
    *,
    as_of: AsOf = None,
) -> None:
    """Take in a vendor's dispute of discards in the delivery on the books."""
    from tasks.dispute import take_dispute  # noqa: PLC0415 (it loads what only a run needs)
    from tasks.workspace import workspace  # noqa: PLC0415

    with workspace() as place:
        taken = take_dispute(place, contract_id, week, file.read_bytes(), str(file), moment(as_of))
    about, name = f"{safe(contract_id)} {week}", taken.dispute_id[:SHOWN]
    if taken.ruling is not None:
        console.print(f"{_said(taken)}. A ruling stands; the vendor may open another dispute.")
        return
    console.print(f"{_said(taken)}; it contests {taken.records:,} of the discards.")
    console.print(f"See it:     rampart dispute show {about} {name}")
    console.print(
        f'Rule on it: rampart dispute rule {about} {name} reinstate --by NAME --reason "…" (or uphold)'
    )


@app.command(epilog="Example: rampart dispute show dc-birch 3 5f2c")
def show(
    contract_id: Contract,
    week: Week,
    dispute: Named,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON list, of all records.")] = False,
) -> None:
    """Show what is contested: each record, why it was discarded, and what the vendor says."""
    from tasks.dispute import contests  # noqa: PLC0415 (it loads what only a run needs)
    from tasks.workspace import workspace  # noqa: PLC0415

    with workspace() as place:
        found = dispute_named(place.books, contract_id, week, dispute)
        records = contests(place, found)
    if as_json:
        typer.echo(json.dumps([asdict(record) for record in records], indent=1))
        return
    table = Table("record", "discarded for", "the vendor says", box=None, header_style="bold")
    for record in records[:MOST_SHOWN]:
        why = ", ".join(record.reasons) or "not discarded any more"
        table.add_row(safe(record.record_id), why, safe(record.claim))
    console.print(f"{_said(found)}.")
    console.print(table)
    if len(records) > MOST_SHOWN:
        console.print(f"and {len(records) - MOST_SHOWN:,} more; --json gives all")


@app.command(epilog='Example: rampart dispute rule dc-birch 3 5f2c reinstate --by "A. Lead" --reason "seen"')
def rule(
    contract_id: Contract,
    week: Week,
    dispute: Named,
    ruling: Annotated[Literal["reinstate", "uphold"], typer.Argument(help="What is ruled.")],
    *,
    by: Annotated[str, typer.Option(help="Who rules.")],
    reason: Annotated[str, typer.Option(help="Why; it goes into the books.")],
    as_of: AsOf = None,
) -> None:
    """Reinstate the contested records, or uphold their discards, by name and with a reason; once."""
    from tasks.dispute import rule as write_ruling  # noqa: PLC0415 (it loads what only a run needs)
    from tasks.workspace import workspace  # noqa: PLC0415

    with workspace() as place:
        ruled = write_ruling(place, contract_id, week, dispute, RULINGS[ruling], by, reason, moment(as_of))
    console.print(f"{_said(ruled)}.")
    if ruled.ruling == "reinstated":
        console.print(
            "The next reconciliation judges the week anew and keeps what was contested; `rampart reconcile` "
            "does it now."
        )


@app.command("list", epilog="Example: rampart dispute list dc-birch")
def every(
    contract_id: Annotated[str | None, typer.Argument(help="The contract; without one: all open.")] = None,
    *,
    as_of: AsOf = None,
) -> None:
    """List what a contract's vendor contested and how it was ruled, or what waits for an answer anywhere."""
    from tasks.workspace import workspace  # noqa: PLC0415 (it loads what only a run needs)

    with workspace() as place:
        if contract_id is None:
            found = queue(place.books)
        elif contract_versions(place.books, contract_id):
            found = disputes(place.books, contract_id)
        else:
            sentence = f"no contract {contract_id!r} on the books; `rampart status` lists what is"
            raise stop(Exit.LEDGER, sentence)
    if not found:
        about = f"{safe(contract_id)}: nothing is contested" if contract_id else "Nothing waits for an answer"
        console.print(f"{about}.")
        return
    header = ("dispute", "contract", "week", "records", "opened", "answer by", "ruling", "by", "reason")
    table = Table(*header, box=None, header_style="bold")
    for one in found:
        table.add_row(*_row(one, moment(as_of)))
    console.print(table)


def _row(one: Dispute, now: datetime) -> tuple[str, ...]:
    ruling = {"reinstated": "records reinstated", "upheld": "discards upheld"}.get(one.ruling or "", "open")
    opened = f"{one.opened_at:%Y-%m-%d} ({age_days(one, now)} d)" if one.opened_at else ""
    shown = (one.dispute_id[:SHOWN], one.contract_id, str(one.week), f"{one.records:,}", opened)
    answer = answer_due(one, now) if one.ruling is None else ""
    return tuple(map(safe, (*shown, answer, ruling, one.ruled_by, one.reason)))


def _said(one: Dispute) -> str:
    what = {"reinstated": "the records of", "upheld": "the discards of"}.get(one.ruling or "", "")
    how = f"{what} {one} were {one.ruling} by {safe(one.ruled_by)}" if one.ruling else f"{one} is open"
    return f"{safe(one.contract_id)} week {one.week}: {how}"
