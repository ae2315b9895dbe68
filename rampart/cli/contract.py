"""`rampart contract check`: read contract files and say every problem at once."""

import json
from pathlib import Path
from typing import Annotated

import typer

from contracts.load import ContractError, load_contract
from contracts.notes import Note, notes
from rampart.cli import contract_diff, contract_export, contract_new, contract_show, contract_try
from rampart.cli.exits import Exit, console, stop
from rampart.cli.home import refuse_demo_home
from rampart.cli.running import moment
from rampart.cli.tables import safe

app = typer.Typer(help="Look at contract files.", no_args_is_help=True)
contract_try.add_to(app)
contract_diff.add_to(app)
contract_new.add_to(app)
contract_show.add_to(app)
contract_export.add_to(app)


@app.callback()
def _group() -> None:
    """Look at contract files."""


@app.command(epilog="Example: rampart contract register contracts/vendor.odcs.yaml")
def register(
    files: Annotated[list[Path], typer.Argument(help="Contract files (*.odcs.yaml).")],
    as_of: Annotated[str | None, typer.Option(help="Business time; default: now.")] = None,
) -> None:
    """Put contracts into force: from now on the weekly round looks for the active ones' deliveries."""
    from tasks.workspace import put_in_force, workspace  # noqa: PLC0415

    at = moment(as_of)
    refuse_demo_home()
    for file in files:
        load_contract(file)  # all of them are read before the first comes into force
    with workspace() as place:
        for file in files:
            contract = put_in_force(file.read_bytes(), str(file), place, at)
            looked_for = "looked for" if contract.active else "not looked for (status is not active)"
            since = f" from {contract.amendment.effective}" if contract.amendment else ""
            names = f"{safe(contract.contract_id)} {safe(contract.version)}"
            console.print(f"{names} in force{since}, {looked_for}")


def _remarks(told: tuple[Note, ...]) -> list[str]:
    """One sentence a kind of note, with all its clauses and their lines."""
    places: dict[str, list[str]] = {}
    for one in told:
        places.setdefault(one.note, []).append(f"{one.field} (line {one.line})" if one.line else one.field)
    return [f"{note}: {', '.join(fields)}" for note, fields in places.items()]


@app.command(epilog="Example: rampart contract check contracts/specs/examples/llmfao.odcs.yaml")
def check(
    files: Annotated[list[Path], typer.Argument(help="Contract files (*.odcs.yaml).")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Check contract files against the standard and Rampart's terms; every problem with line and fix."""
    report: list[dict[str, object]] = []
    bad: list[str] = []
    remarks: list[str] = []
    for file in files:
        try:
            contract = load_contract(file)
            told = notes(contract, file.read_bytes(), str(file))
            entry: dict[str, object] = {
                "file": str(file),
                "contract_id": contract.contract_id,
                "problems": [],
            }
            report.append({**entry, "notes": [vars(note) for note in told]})
            remarks += [f"{file}: {remark}" for remark in _remarks(told)]
        except ContractError as error:
            bad += [f"{file}: {problem}" for problem in error.problems]
            report.append({"file": str(file), "problems": [vars(problem) for problem in error.problems]})
    if as_json:
        typer.echo(json.dumps({"ok": not bad, "files": report}, indent=1))
        raise typer.Exit(int(Exit.CONTRACT if bad else Exit.OK))
    for entry in report:
        if "contract_id" in entry:
            console.print(f"[green]ok[/] {safe(str(entry['file']))}: {safe(str(entry['contract_id']))}")
    for remark in remarks:
        console.print(f"[yellow]note[/] {safe(remark)}", soft_wrap=True)
    if bad:
        raise stop(Exit.CONTRACT, *bad)
