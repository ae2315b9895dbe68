"""`rampart rm`: a programme's reward models; who is champion, and a person's word on it."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rampart.cli.exits import Exit, console, stop
from rampart.cli.known import must_know_program
from rampart.cli.rm_tables import list_table, show_table
from rampart.cli.rm_value import add_to as add_value
from rampart.cli.running import moment
from rampart.cli.tables import safe
from rampart.cli.written import refuse_existing, write

if TYPE_CHECKING:  # the database is loaded by the commands that read it
    from tasks.reward_models import Shown

Program = Annotated[str, typer.Argument(help="The programme.")]
Version = Annotated[str, typer.Argument(metavar="VERSION", help="Its number, with or without a v.")]
By = Annotated[str, typer.Option(help="Who decides.")]
Reason = Annotated[str, typer.Option(help="Why; it goes into the books.")]
AsOf = Annotated[str | None, typer.Option(help="Business time; default: now.")]
AsJson = Annotated[bool, typer.Option("--json", help="The same as JSON.")]

app = typer.Typer(
    help="List, show and promote reward models, and roll back.", no_args_is_help=True, add_completion=False
)


@app.callback()
def _group() -> None:
    """List, show and promote reward models, and roll back."""


@app.command("list", epilog="Example: rampart rm list rm-refresh")
def every(
    program: Annotated[str | None, typer.Argument(help="The programme; without one: all.")] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """List versions: when and by what they were trained, accuracy with its interval, where they stand."""
    from rampart.ledger.read import programs  # noqa: PLC0415 (it loads what only the books need)
    from rampart.ledger.read.standing_models import standings  # noqa: PLC0415
    from tasks.workspace import workspace  # noqa: PLC0415

    with workspace() as place:
        must_know_program(place.books, program)
        asked = programs(place.books) if program is None else (program,)
        found = [one for name in asked for one in standings(place.books, name)]
    if as_json:
        _tell([_plain(one) for one in found])
    elif found:
        console.print(list_table(found))
    else:
        console.print("No reward model was trained yet.")


@app.command(epilog="Example: rampart rm show rm-refresh 4")
def show(program: Program, version: Version, *, as_of: AsOf = None, as_json: AsJson = False) -> None:
    """Show one version: where its data, terms, files and decision lie, and every reason of the decision."""
    from tasks.reward_models import decision_key, shown  # noqa: PLC0415 (it loads what only a run needs)
    from tasks.workspace import workspace  # noqa: PLC0415

    with workspace() as place:
        found = shown(place, program, _number(version), moment(as_of))
    standing = found.standing
    if as_json:
        about = {**_plain(standing), "decision_key": decision_key(standing), "decision": found.decision}
        about |= {"manifest_key": standing.manifest_key, "dataset_key": standing.dataset_key}
        _tell(about | {"rights": {use: found.rights.may(use) for use in found.rights.uses}})
        return
    console.print(show_table(standing, decision_key(standing), found.rights))
    for sentence in found.decision.get("reasons") or [standing.row.reason]:
        console.print(f"- {safe(sentence)}")
    for mark in standing.marks:
        console.print(f"[yellow]![/] {safe(mark)}")


@app.command(epilog="Example: rampart rm card rm-refresh 4 --out card.md")
def card(
    program: Program,
    version: Version,
    *,
    out: Annotated[Path | None, typer.Option(dir_okay=False, help="Write it to this file.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite the file.")] = False,
    as_of: AsOf = None,
    as_json: AsJson = False,
) -> None:
    """Make a version's model card from the books: Markdown."""
    from tasks.reward_models import shown  # noqa: PLC0415 (it loads what only a run needs)
    from tasks.workspace import workspace  # noqa: PLC0415

    if out is not None:
        refuse_existing([out], "file", force=force)
    with workspace() as place:
        found = shown(place, program, _number(version), moment(as_of))
    text = _card_of(found)
    if out is not None:
        write({out: text.encode()})
    if as_json:
        _tell({"program": program, "version": _number(version), "markdown": text})
    elif out is None:
        typer.echo(text, nl=False)


@app.command(
    "export-mlflow", epilog="Example: rampart rm export-mlflow rm-refresh 4 --uri http://127.0.0.1:5000"
)
def export_mlflow(
    program: Program,
    version: Version,
    *,
    uri: Annotated[str, typer.Option(help="Address of the MLflow tracking server.")],
    as_of: AsOf = None,
    as_json: AsJson = False,
) -> None:
    """Show a version in an MLflow server of yours; done again it makes no second one."""
    from rampart.retrain.mlflow_export import NoMlflowError, export  # noqa: PLC0415 (only here)
    from tasks.reward_models import files_of, shown  # noqa: PLC0415
    from tasks.workspace import workspace  # noqa: PLC0415

    with workspace() as place:
        found = shown(place, program, _number(version), moment(as_of))
        files = files_of(place, found.standing)
    try:
        told = export(uri, found.standing, _card_of(found), files)
    except NoMlflowError as error:
        raise stop(Exit.USAGE, str(error)) from error
    except Exception as error:
        if type(error).__module__.startswith(("mlflow", "requests")):
            raise stop(
                Exit.FAILED, f"{uri}: {error}. Nothing in the books depends on it; run it again"
            ) from error
        raise
    if as_json:
        _tell(asdict(told))
        return
    made = "shown as" if told.made else "was there already as"
    alias = "; alias champion" if told.champion else ""
    console.print(
        f"{safe(program)} v{_number(version)} {made} {safe(told.name)} version {told.version}{alias}"
    )


@app.command(epilog='Example: rampart rm promote rm-refresh 4 --by "A. Lead" --reason "best on code"')
def promote(
    program: Program, version: Version, *, by: By, reason: Reason, as_of: AsOf = None, as_json: AsJson = False
) -> None:
    """Make a version champion by name and with a reason, whatever its comparison said."""
    _crown(program, _number(version), "by_hand", by, reason, as_of=as_of, as_json=as_json)


@app.command(epilog='Example: rampart rm rollback rm-refresh --by "A. Lead" --reason "it rewards length"')
def rollback(
    program: Program,
    *,
    to: Annotated[str | None, typer.Option(help="An earlier champion; default: the last one.")] = None,
    by: By,
    reason: Reason,
    as_of: AsOf = None,
    as_json: AsJson = False,
) -> None:
    """Make an earlier champion champion again; later trainings are held against it."""
    _crown(program, None if to is None else _number(to), "rollback", by, reason, as_of=as_of, as_json=as_json)


add_value(app)


def _crown(
    program: str, version: int | None, how: Any, by: str, reason: str, *, as_of: str | None, as_json: bool
) -> None:
    from tasks.reward_models import crown_by_hand  # noqa: PLC0415 (it loads what only a run needs)
    from tasks.workspace import workspace  # noqa: PLC0415

    with workspace() as place:
        told = crown_by_hand(place, program, version, how, by, reason, moment(as_of))
    if as_json:
        _tell({"program": program, **asdict(told)})
        return
    console.print(
        f"{safe(program)} v{told.version} is champion: {how.replace('_', ' ')} by {safe(told.by)}, "
        f"{safe(told.reason)}. The next training is held against it."
    )


def _card_of(found: "Shown") -> str:
    from rampart.retrain.card import card as model_card  # noqa: PLC0415 (it loads what only a run needs)
    from rampart.specification.pages import markdown_page  # noqa: PLC0415

    document = model_card(
        found.standing,
        found.rights,
        manifest=found.manifest,
        decision=found.decision,
        evaluation=found.evaluation,
        probes=found.probes,
    )
    return markdown_page(document)


def _number(version: str) -> int:
    number = version.lower().removeprefix("v")
    if not (number.isascii() and number.isdecimal()):
        raise stop(Exit.USAGE, f"{version!r} is no version; give its number, such as 4")
    return int(number)


def _plain(standing: Any) -> dict[str, Any]:
    """A version as JSON values, with its state and what is wrong with its data."""
    return {**asdict(standing), "marks": list(standing.marks)}


def _tell(value: Any) -> None:
    typer.echo(json.dumps(value, indent=1, default=str))
