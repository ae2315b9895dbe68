"""`rampart contract register`: put contracts into force."""

from pathlib import Path
from typing import Annotated

import typer

from contracts.load import load_contract
from rampart.cli.exits import console
from rampart.cli.home import refuse_demo_home
from rampart.cli.running import moment
from rampart.cli.tables import safe


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command(epilog="Example: rampart contract register contracts/vendor.odcs.yaml")(register)


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
