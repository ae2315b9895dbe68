"""`rampart contract check`: read contract files and say every problem at once."""

import json
from pathlib import Path
from typing import Annotated

import typer

from contracts.load import ContractError, load_contract
from rampart.cli.exits import Exit, console, stop
from rampart.cli.home import refuse_demo_home
from rampart.cli.running import moment
from rampart.cli.tables import safe

app = typer.Typer(help="Look at contract files.", no_args_is_help=True)


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
            console.print(f"{safe(contract.contract_id)} {safe(contract.version)} in force, {looked_for}")


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
