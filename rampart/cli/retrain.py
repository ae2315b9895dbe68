"""`rampart retrain`: answer accepted batches that have no reward model yet."""

import json
from typing import Annotated

import typer

from rampart.cli.exits import console
from rampart.cli.known import must_know_program
from rampart.cli.running import flows_here, moment
from rampart.cli.tables import safe


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command(epilog="Example: rampart retrain --program rm-refresh")(retrain)


def retrain(
    program: Annotated[str | None, typer.Option(help="Only this programme.")] = None,
    as_of: Annotated[str | None, typer.Option(help="Business time of the run; default: now.")] = None,
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", help="Say what would be trained, how and why; write nothing."),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON list of reasons, or of plans.")] = False,
) -> None:
    """Train once for every batch revision accepted, or taken back, that no training has answered."""
    at = moment(as_of)
    if dry_run:
        _plan(program, as_json)
        return
    with flows_here("retraining") as stage:
        from flows.retrain import retrain as flow  # noqa: PLC0415

        stage.ready()
        reasons = flow(at, program, by_hand=True)
        if not reasons:
            _must_know(program)
    if as_json:
        typer.echo(json.dumps(list(reasons), indent=1))
        return
    for reason in reasons:
        console.print(safe(reason))
    if not reasons:
        console.print("Nothing to do: every accepted batch has its reward model.")


def _must_know(program: str | None) -> None:
    from tasks.workspace import workspace  # noqa: PLC0415 (it loads what only a run needs)

    with workspace(dry_run=True) as place:
        must_know_program(place.books, program)


def _plan(program: str | None, as_json: bool) -> None:
    from rampart.cli.retrain_plan import plain, show  # noqa: PLC0415 (it loads what only a run needs)
    from tasks.retrain_plan import plans  # noqa: PLC0415
    from tasks.workspace import workspace  # noqa: PLC0415

    with workspace(dry_run=True) as place:
        found = plans(place, program)
        if not found:
            must_know_program(place.books, program)
    if as_json:
        typer.echo(json.dumps([plain(one) for one in found], indent=1, default=str))
    else:
        show(found)
