"""`rampart dispute`: a vendor contests discards; a named person reinstates them, or upholds the discards."""

from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.table import Table

from rampart.cli.exits import console
from rampart.cli.running import moment
from rampart.cli.tables import safe
from rampart.ledger.disputes import SHOWN, Dispute, Ruling, disputes, rule_on

Contract = Annotated[str, typer.Argument(help="The contract.")]
Week = Annotated[int, typer.Argument(help="Its contract week.", min=1)]
AsOf = Annotated[str | None, typer.Option(help="Business time; default: now.")]
RULINGS: dict[str, Ruling] = {"reinstate": "reinstated", "uphold": "upheld"}

app = typer.Typer(
    help="Take in, rule on and list what a vendor contests.", no_args_is_help=True, add_completion=False
)


@app.callback()
def _group() -> None:
    """Take in, rule on and list what a vendor contests."""


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
    console.print(f"{safe(contract_id)} week {week}: {taken} is taken in; it contests {taken.records:,}.")
    console.print(
        f"Rule on it: rampart dispute rule {safe(contract_id)} {week} {taken.dispute_id[:SHOWN]} reinstate "
        '--by NAME --reason "…" (or uphold)'
    )


@app.command(epilog='Example: rampart dispute rule dc-birch 3 5f2c reinstate --by "A. Lead" --reason "seen"')
def rule(
    contract_id: Contract,
    week: Week,
    dispute: Annotated[str, typer.Argument(help="Its id, or the first characters of it.")],
    ruling: Annotated[Literal["reinstate", "uphold"], typer.Argument(help="What is ruled.")],
    *,
    by: Annotated[str, typer.Option(help="Who rules.")],
    reason: Annotated[str, typer.Option(help="Why; it goes into the books.")],
    as_of: AsOf = None,
) -> None:
    """Reinstate the contested records, or uphold their discards, by name and with a reason; once."""
    from tasks.workspace import workspace  # noqa: PLC0415 (it loads what only a run needs)

    with workspace() as place:
        ruled = rule_on(place.books, contract_id, week, dispute, RULINGS[ruling], by, reason, moment(as_of))
    console.print(f"{safe(contract_id)} week {week}: {ruled} is {ruled.ruling} by {safe(ruled.ruled_by)}.")
    if ruled.ruling == "reinstated":
        console.print(
            "The next reconciliation judges the week anew and keeps what was contested; `rampart reconcile` "
            "does it now."
        )


@app.command("list", epilog="Example: rampart dispute list dc-birch")
def every(contract_id: Contract) -> None:
    """List what a contract's vendor contested, and how it was ruled."""
    from tasks.workspace import workspace  # noqa: PLC0415 (it loads what only a run needs)

    with workspace() as place:
        found = disputes(place.books, contract_id)
    if not found:
        console.print(f"{safe(contract_id)}: nothing is contested.")
        return
    table = Table("dispute", "week", "records", "ruling", "by", "reason", box=None, header_style="bold")
    for one in found:
        table.add_row(*_row(one))
    console.print(table)


def _row(one: Dispute) -> tuple[str, ...]:
    ruling = one.ruling or "open"
    shown = (one.dispute_id[:SHOWN], str(one.week), f"{one.records:,}", ruling, one.ruled_by, one.reason)
    return tuple(map(safe, shown))
