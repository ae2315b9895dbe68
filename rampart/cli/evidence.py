"""`rampart evidence`: the rows behind a figure, by the address that stands beside it."""

import json
from typing import Annotated

import typer
from rich.table import Table

from rampart.cli.exits import Exit, console, stop
from rampart.cli.tables import safe
from rampart.records.evidence import AddressError

MOST_SHOWN = 50  # rows in a table; --json gives all


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    example = "rampart evidence 'books:dc-birch/3/1/verdicts?metric=discard_rate'"
    app.command(epilog=f"Example: {example}")(evidence)


def evidence(
    address: Annotated[str, typer.Argument(help="As a scorecard or a breach log shows it.")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON list, of all rows.")] = False,
) -> None:
    """List the rows behind a figure: of the books or of the store, without texts and known answers."""
    from tasks.evidence import resolve  # noqa: PLC0415 (it loads what only a run needs)
    from tasks.workspace import workspace  # noqa: PLC0415

    with workspace() as place:
        try:
            rows = resolve(place, address)
        except AddressError as error:
            raise stop(Exit.USAGE, f"{error}. See docs/scorecard.md") from error
    if as_json:
        typer.echo(json.dumps(rows, indent=1, default=str))
        return
    names = list(dict.fromkeys(name for row in rows[:MOST_SHOWN] for name in row))
    table = Table(*map(safe, names), box=None, header_style="bold")
    for row in rows[:MOST_SHOWN]:
        table.add_row(*(safe(_cell(row.get(name))) for name in names))
    if rows:
        console.print(table)
    console.print(f"{len(rows):,} rows" + (f", {MOST_SHOWN} shown" if len(rows) > MOST_SHOWN else ""))


def _cell(value: object) -> str:
    if isinstance(value, list | tuple | dict):
        return json.dumps(value, default=str)
    return "-" if value is None else str(value)
