"""`rampart contract check`: read contract files and say every problem at once."""

import json
from pathlib import Path
from typing import Annotated

import typer

from contracts.load import ContractError, load_contract
from contracts.notes import Note, notes
from rampart.cli.exits import Exit, console, stop
from rampart.cli.tables import safe


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    example = "rampart contract check contracts/specs/examples/llmfao.odcs.yaml"
    app.command(epilog=f"Example: {example}")(check)


def _remarks(told: tuple[Note, ...]) -> list[str]:
    """One sentence a kind of note, with all its clauses and their lines."""
    places: dict[str, list[str]] = {}
    for one in told:
        places.setdefault(one.note, []).append(f"{one.field} (line {one.line})" if one.line else one.field)
    return [f"{note}: {', '.join(fields)}" for note, fields in places.items()]


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
