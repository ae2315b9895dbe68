"""`rampart scorecard`: a programme's vendors side by side, each figure with its interval and its rows."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from rampart.cli.exits import Exit, console, stop
from rampart.cli.running import moment
from rampart.cli.tables import safe
from rampart.cli.written import refuse_existing, write
from rampart.ledger.read import programs
from rampart.showing.scorecard_page import scorecard_html
from rampart.showing.scorecard_view import ScorecardView, in_unit, scorecard_view, span


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command(epilog="Example: rampart scorecard rm-refresh --html scorecard.html")(scorecard)


def scorecard(
    program: Annotated[
        str | None, typer.Argument(help="The programme; may be left out where there is one.")
    ] = None,
    vendor: Annotated[str | None, typer.Option(help="Only this vendor, by name or contract.")] = None,
    html: Annotated[
        Path | None, typer.Option(dir_okay=False, help="Write it to this file, to be read.")
    ] = None,
    as_of: Annotated[str | None, typer.Option(help="Business time; default: now.")] = None,
    *,
    force: Annotated[bool, typer.Option("--force", help="Overwrite the file.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The whole scorecard as one JSON object.")] = False,
) -> None:
    """Make the scorecard anew, keep it for the dashboard, and show it. There is no total score."""
    from tasks.scorecard import make_scorecard  # noqa: PLC0415 (it loads what only a run needs)
    from tasks.workspace import workspace  # noqa: PLC0415

    if html is not None:
        refuse_existing([html], "file", force=force)
    with workspace() as place:
        chosen = program or _the_one(programs(place.books))
        _, key = make_scorecard(place, chosen, moment(as_of))
        card: dict[str, Any] = json.loads(place.store.get(key))
    view = scorecard_view(card, vendor)
    if not view.vendors:
        known = ", ".join(f"{name} ({contract_id})" for contract_id, name in card["contracts"])
        raise stop(Exit.LEDGER, f"no vendor {vendor!r} in programme {chosen}; there are: {known}")
    if html is not None:
        write({html: scorecard_html(card, vendor)})
    if as_json:
        shown = {contract_id for contract_id, _ in view.vendors}
        card["contracts"] = [one for one in card["contracts"] if one[0] in shown]
        card["figures"] = [one for one in card["figures"] if one["contract_id"] in shown]
        card["differences"] = [one for one in card["differences"] if {one["one"], one["other"]} & shown]
        typer.echo(json.dumps(card, indent=1))
    else:
        _print(view)


def _the_one(known: tuple[str, ...]) -> str:
    if len(known) != 1:
        there = ", ".join(known) or "none; register a contract first"
        raise stop(Exit.USAGE, f"name the programme; there are: {there}")
    return known[0]


def _print(view: ScorecardView) -> None:
    console.print(_figures(view))
    if view.compared:
        console.print(_differences(view))
    for row in view.rows:
        for lacks, reason in row.untold:
            console.print(f"not testable: {row.title} (missing: {safe(lacks)}). {safe(reason)}", style="dim")
    console.print(
        f"{view.compared:,} differences can be told, {view.distinguished:,} of those shown are "
        "distinguishable; their intervals hold all together. --json gives the address of every row; "
        "`rampart evidence ADDRESS` lists them."
    )


def _figures(view: ScorecardView) -> Table:
    table = Table(title=f"Scorecard of {view.program}", title_justify="left")
    table.add_column("figure (95 %)")
    for contract_id, vendor in view.vendors:
        table.add_column(f"{safe(vendor)}\n{safe(contract_id)}", overflow="fold")
    for row in view.rows:
        table.add_row(row.title, *(_cell(told) for told in row.cells))
    return table


def _cell(told: Any) -> str:
    if told["value"] is None:
        return f"[dim]not testable: {safe(told['lacks'])} missing[/]"
    interval = span(told)
    return in_unit(told["value"], told) + (f" ({interval})" if interval else "")


def _differences(view: ScorecardView) -> Table:
    table = Table(title="Side by side", title_justify="left")
    for name in ("figure", "vendor", "against", "standing"):
        table.add_column(name)
    table.add_column("difference", justify="right")
    table.add_column("rests on", overflow="fold")
    for row in view.rows:
        for told in row.differences:
            interval = span(told, signed=True)
            apart = in_unit(told["value"], told, signed=True) + (f" ({interval})" if interval else "")
            style = "bold" if told["standing"] in ("higher", "lower") else "dim"
            standing = f"[{style}]{told['standing'].replace('_', ' ')}[/]"
            table.add_row(
                row.title,
                safe(view.names[told["one"]]),
                safe(view.names[told["other"]]),
                standing,
                apart,
                safe(told["reason"]),
            )
    return table
