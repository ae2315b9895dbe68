"""`rampart policy`: the checkpoints of a programme's policy, and how far its data are from them."""

import json
from dataclasses import asdict
from typing import Annotated

import typer
from rich.table import Table

from rampart.cli.exits import console
from rampart.cli.running import moment
from rampart.cli.tables import safe
from rampart.ledger.policies import PolicyCheckpoint, checkpoints, register_checkpoint
from rampart.ledger.read import programs
from rampart.retrain.policy import Distance, lineage_warning

Program = Annotated[str, typer.Argument(help="The programme.")]
AsOf = Annotated[str | None, typer.Option(help="Business time; default: now.")]
AsJson = Annotated[bool, typer.Option("--json", help="The same as JSON.")]

app = typer.Typer(
    help="Register and list policy checkpoints; show how far the data are from them.",
    no_args_is_help=True,
    add_completion=False,
)


@app.callback()
def _group() -> None:
    """Register and list policy checkpoints; show how far the data are from them."""


@app.command(
    epilog="Example: rampart policy register rm-refresh pol-1 --digest 9f2c --lineage olmo-2 "
    "--served-from 2026-01-05"
)
def register(
    program: Program,
    checkpoint: Annotated[str, typer.Argument(help="Its id, as responses claim it.")],
    *,
    digest: Annotated[str, typer.Option(help="What names its weights.")],
    lineage: Annotated[str, typer.Option(help="The base model it descends from.")],
    served_from: Annotated[str, typer.Option(help="When it began to be served.")],
    served_to: Annotated[str | None, typer.Option(help="When that ended; default: with the next.")] = None,
    parent: Annotated[str | None, typer.Option(help="The checkpoint it was trained from.")] = None,
    as_of: AsOf = None,
) -> None:
    """Write a checkpoint into the books, or when a known one was served. Again changes nothing."""
    from tasks.workspace import workspace  # noqa: PLC0415 (it loads what only a run needs)

    until = None if served_to is None else moment(served_to, "--served-to")
    since = moment(served_from, "--served-from")
    one = PolicyCheckpoint(checkpoint, digest, lineage, since, parent, until)
    with workspace() as place:
        new = register_checkpoint(place.books, program, one, moment(as_of))
        known = programs(place.books)
    console.print(f"{safe(checkpoint)} of {safe(program)}: {'registered' if new else 'known already'}.")
    if program not in known:
        there = ", ".join(map(safe, known)) or "none"
        console.print(
            f"[yellow]![/] No contract in force is of programme {safe(program)}; there are: {there}. "
            "If the name is mistyped, register the checkpoint again under the right one.",
            soft_wrap=True,
        )


@app.command("list", epilog="Example: rampart policy list rm-refresh")
def every(program: Program, *, as_json: AsJson = False) -> None:
    """List a programme's checkpoints in the order in which they were served."""
    from tasks.workspace import workspace  # noqa: PLC0415 (it loads what only a run needs)

    with workspace() as place:
        found = checkpoints(place.books, program)
    if as_json:
        typer.echo(json.dumps([one.payload for one in found], indent=1))
        return
    table = Table("checkpoint", "lineage", "parent", "served from", "to", "digest", box=None)
    for one in found:
        until = "" if one.served_to is None else f"{one.served_to:%Y-%m-%d}"
        names = (safe(one.checkpoint_id), safe(one.lineage), safe(one.parent or ""))
        table.add_row(*names, f"{one.served_from:%Y-%m-%d}", until, safe(one.digest))
    console.print(table if found else f"No checkpoint of {safe(program)} is on the books.")


@app.command(epilog="Example: rampart policy show rm-refresh --rm-lineage olmo-2")
def show(
    program: Program,
    *,
    model: Annotated[str | None, typer.Option(help="Version; default: the champion or newest.")] = None,
    rm_lineage: Annotated[str | None, typer.Option(help="Base model of the reward model.")] = None,
    as_of: AsOf = None,
    as_json: AsJson = False,
) -> None:
    """Show how far a reward model's data are from the policy that is served, batch by batch."""
    from tasks.checkpoints import policy_report  # noqa: PLC0415 (it loads what only a run needs)
    from tasks.workspace import workspace  # noqa: PLC0415

    with workspace() as place:
        told = policy_report(place, program, moment(as_of), model)
    warning = lineage_warning(rm_lineage, told.served)
    if as_json:
        typer.echo(json.dumps({**asdict(told), "warning": warning}, indent=1, default=str))
        return
    served = "nothing" if told.served is None else told.served.checkpoint_id
    console.print(f"{safe(told.model)}, while {safe(served)} is served; rows: {safe(told.manifest_key)}")
    table = Table("batch", "responses", "on-policy", "same lineage", "unknown", "behind", "days", box=None)
    for one in told.batches:
        table.add_row(f"{safe(one.contract_id)} week {one.week} r{one.revision}", *_cells(one.distance))
    table.add_row("all", *_cells(told.whole), style="bold")
    console.print(table)
    if warning:
        console.print(f"[yellow]![/] {safe(warning)}", soft_wrap=True)


def _cells(found: Distance) -> tuple[str, ...]:
    share = "-" if found.on_policy_share is None else f"{found.on_policy_share:.1%}"
    behind = "-" if found.behind is None else f"{found.behind:.1f}"
    days = "-" if found.days is None else f"{found.days:.1f}"
    return f"{found.sides:,}", share, f"{found.same_lineage:,}", f"{found.unknown:,}", behind, days
