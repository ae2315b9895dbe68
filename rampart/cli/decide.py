"""`rampart decide`: a named person decides a held batch."""

from typing import Annotated, Literal

import typer

from rampart.cli.exits import console
from rampart.cli.running import moment
from rampart.cli.tables import safe, state_of
from rampart.cli.weeks import Week
from rampart.ledger.batch_rows import current_batch
from rampart.ledger.decisions import decide as write_decision


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command(
        epilog='Example: rampart decide dc-birch 4 reject --by "A. Lead" --reason "length lean confirmed"'
    )(decide)


def decide(
    contract_id: Annotated[str, typer.Argument(help="The contract.")],
    week: Week,
    decision: Annotated[Literal["accept", "reject"], typer.Argument(help="What is decided.")],
    *,
    by: Annotated[str, typer.Option(help="Who decides.")],
    reason: Annotated[str, typer.Option(help="Why; it goes into the books.")],
    as_of: Annotated[str | None, typer.Option(help="Business time; default: now.")] = None,
) -> None:
    """Accept or reject a held batch, by name and with a reason."""
    from tasks.workspace import terms_of, workspace  # noqa: PLC0415 (it loads what only a run needs)

    with workspace() as place:
        write_decision(
            place.books,
            contract_id,
            week,
            decision == "accept",
            by,
            reason,
            moment(as_of),
            lifted_by=lambda digest: terms_of(digest, place).holds.lifted_by,
        )
        batch = current_batch(place.books, contract_id, week)
    state = state_of(batch.state) if batch else decision
    console.print(f"{safe(contract_id)} week {week} is now {state}, decided by {safe(by)}.")
    if decision == "accept":
        console.print("Run `rampart retrain` to train on it.")
