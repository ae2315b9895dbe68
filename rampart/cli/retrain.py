"""`rampart retrain`: answer accepted batches that have no reward model yet."""

import json
from typing import Annotated

import typer

from rampart.cli.exits import console
from rampart.cli.running import flows_here, moment
from rampart.cli.tables import safe


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command(epilog="Example: rampart retrain --program rm-refresh")(retrain)


def retrain(
    program: Annotated[str | None, typer.Option(help="Only this programme.")] = None,
    as_of: Annotated[str | None, typer.Option(help="Business time of the run; default: now.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON list of reasons.")] = False,
) -> None:
    """Train once for every accepted batch revision that no training has answered."""
    at = moment(as_of)
    with flows_here("retraining") as stage:
        from flows.retrain import retrain as flow  # noqa: PLC0415

        stage.ready()
        reasons = flow(at, program)
    if as_json:
        typer.echo(json.dumps(list(reasons), indent=1))
        return
    for reason in reasons:
        console.print(safe(reason))
    if not reasons:
        console.print("Nothing to do: every accepted batch has its reward model.")
