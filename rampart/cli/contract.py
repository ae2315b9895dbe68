"""`rampart contract check`: read contract files and say every problem at once."""

import json
from pathlib import Path
from typing import Annotated

import typer

from contracts.load import ContractError, load_contract
from rampart.cli.exits import Exit, console, stop
from rampart.cli.tables import safe

app = typer.Typer(help="Look at contract files.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Look at contract files."""


@app.command(epilog="Example: rampart contract check contracts/specs/examples/llmfao.odcs.yaml")
def check(
    files: Annotated[list[Path], typer.Argument(help="Contract files (*.odcs.yaml).")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Check contract files against the standard and Rampart's terms; every problem with line and fix."""
    report: list[dict[str, object]] = []
    bad: list[str] = []
    for file in files:
        try:
            contract = load_contract(file)
            report.append({"file": str(file), "contract_id": contract.contract_id, "problems": []})
        except ContractError as error:
            bad += [f"{file}: {problem}" for problem in error.problems]
            report.append({"file": str(file), "problems": [vars(problem) for problem in error.problems]})
    if as_json:
        typer.echo(json.dumps({"ok": not bad, "files": report}, indent=1))
        raise typer.Exit(int(Exit.CONTRACT if bad else Exit.OK))
    for entry in report:
        if "contract_id" in entry:
            console.print(f"[green]ok[/] {safe(str(entry['file']))}: {safe(str(entry['contract_id']))}")
    if bad:
        raise stop(Exit.CONTRACT, *bad)
