"""`rampart dataset`: a programme's dataset as files that another trainer reads."""

import json
import math
import shlex
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.table import Table

from rampart.cli.exits import Exit, console, stop
from rampart.cli.known import must_know_program
from rampart.cli.running import moment
from rampart.cli.tables import LONGEST, safe
from rampart.cli.written import refuse_existing
from rampart.delivery.errors import printable

To = Literal["trl", "trl-unpaired", "trl-implicit", "openrlhf", "open-instruct", "rlhflow", "axolotl", "hf"]

app = typer.Typer(
    help="Export datasets in the formats of other trainers; list what was exported.",
    no_args_is_help=True,
    add_completion=False,
)


@app.callback()
def _group() -> None:
    """Export datasets in the formats of other trainers; list what was exported."""


@app.command(epilog="Example: rampart dataset export rm-refresh 4 --to trl --out rm-refresh-v4")
def export(
    program: Annotated[str, typer.Argument(help="The programme.")],
    version: Annotated[
        str | None, typer.Argument(metavar="VERSION", help="Its reward model; default: the champion.")
    ] = None,
    *,
    to: Annotated[To, typer.Option(help="The format.")],
    out: Annotated[Path, typer.Option(file_okay=False, help="The folder to make.")],
    dataset: Annotated[
        str | None, typer.Option(metavar="DIGEST", help="Its dataset instead, by the digest's beginning.")
    ] = None,
    split: Annotated[
        Literal["train", "holdout", "all"], typer.Option(help="Held-out pairs stay here unless asked for.")
    ] = "train",
    margin: Annotated[
        float, typer.Option(min=0, help="Log-odds to lead by at full strength; 0: no margins.")
    ] = 1.0,
    release: Annotated[
        bool, typer.Option("--release", help="It is to be published: ask for that too.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace an earlier export.")] = False,
    as_of: Annotated[str | None, typer.Option(help="Business time; default: now.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The export's manifest as JSON.")] = False,
) -> None:
    """Write the pairs a reward model was trained on as a folder that another trainer reads as it is."""
    from rampart.retrain.exports.folder import is_export, write_folder  # noqa: PLC0415 (takes a while)
    from rampart.retrain.exports.formats import FORMATS  # noqa: PLC0415
    from rampart.retrain.exports.manifest import MANIFEST  # noqa: PLC0415
    from tasks.dataset_export import Wanted, book_export, export_dataset  # noqa: PLC0415
    from tasks.workspace import workspace  # noqa: PLC0415

    refuse_existing([out], "folder", force=force)
    if out.exists() and not is_export(out):
        raise stop(Exit.USAGE, f"{out} is no export, and is not replaced. Fix: name another folder")
    if version is not None and dataset is not None:
        raise stop(Exit.USAGE, "a version and --dataset name two datasets. Fix: give one of them")
    if not math.isfinite(margin):
        raise stop(Exit.USAGE, f"--margin {margin} is no number of log-odds. Fix: give one, such as 1")
    form = FORMATS[to]
    at = moment(as_of)
    wanted = Wanted(program, form, split, _number(version), dataset, release, margin)
    with workspace() as place:
        made = export_dataset(place, wanted, at)
        book_export(place, made, str(out.absolute()), at)
    try:
        write_folder(out, made.files)
    except OSError as error:
        why, fix = error.strerror or error, "name a place you may write to"
        raise stop(Exit.USAGE, f"{out} cannot be written ({why}). Fix: {fix}") from error
    if as_json:
        typer.echo(made.files[MANIFEST].decode(), nl=False)
        return
    told = made.manifest
    console.print(
        f"{safe(str(out))}: {told.rows:,} rows, {told.pairs_exported:,} pairs; dataset {told.dataset[:12]}, "
        f"{told.pairs:,} pairs; rows behind it: {told.dataset_manifest}",
        soft_wrap=True,
        highlight=False,
    )
    for reason, count in told.left_out.items():
        console.print(f"- left out, {reason.replace('_', ' ')}: {count:,}", highlight=False)
    if split != "train":
        console.print("[yellow]![/] Held-out pairs are in it: no model trained on them can be judged here.")
    folder = shlex.quote(str(out)) if form.language == "sh" else str(out)
    for line in made.command.replace("FOLDER", folder).splitlines():  # to be copied: each as it is
        console.print(printable(line, LONGEST), markup=False, highlight=False, soft_wrap=True)


@app.command("list", epilog="Example: rampart dataset list rm-refresh")
def every(
    program: Annotated[str, typer.Argument(help="The programme.")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="The same as JSON.")] = False,
) -> None:
    """List what was exported and where to; what holds data that were deleted since is marked."""
    from rampart.ledger.exports import exports  # noqa: PLC0415 (it loads what only the books need)
    from tasks.workspace import workspace  # noqa: PLC0415

    with workspace() as place:
        found = exports(place.books, program)
        if not found:
            must_know_program(place.books, program)
    if as_json:
        plain = [{**one.export.payload, "at": one.at, "deleted": [*map(str, one.deleted)]} for one in found]
        typer.echo(json.dumps(plain, indent=1, default=str))
        return
    table = Table(
        "exported", "dataset", "format", "split", "rows", "for", "folder", "deleted since", box=None
    )
    for one in found:
        made, gone = one.export, ", ".join(map(str, one.deleted))
        asked = ", ".join(use.replace("_", " ") for use in made.asked)
        table.add_row(
            *(f"{one.at:%Y-%m-%d %H:%M}", made.dataset[:12], made.format, made.side, f"{made.rows:,}", asked),
            *(safe(made.folder), f"[bold red]{safe(gone)}[/]" if gone else ""),
        )
    console.print(table if found else f"Nothing of {safe(program)} was exported.")


def _number(version: str | None) -> int | None:
    if version is None:
        return None
    number = version.removeprefix("v")
    if not number.isdecimal():
        raise stop(
            Exit.USAGE, f"{version!r} is no version. Fix: give its number, as `rampart rm list` shows it"
        )
    return int(number)
