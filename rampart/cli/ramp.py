"""`rampart ramp`: how a contract's ramp goes, how it will end, and whether that is enough."""

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from rampart.cli.exits import Exit, console, stop
from rampart.cli.running import moment

if TYPE_CHECKING:  # what computes is loaded by the command
    from quality.ramp.report import RampReport
    from rampart.ledger.ramp_decisions import RampDecision


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("ramp", epilog="Example: rampart ramp dc-birch-rm-refresh-2026 --as-of 2026-01-26")(ramp)


def ramp(
    contract: Annotated[str | None, typer.Argument(help="The contract; none: all, a line each.")] = None,
    *,
    as_of: Annotated[
        str | None, typer.Option(help="As it was seen then: what was judged later is left out.")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Every figure with its clause and the rows behind it.")
    ] = False,
) -> None:
    """Show discards against the ceilings, the forecast of accepted units, and go or no-go."""
    from rampart.cli.ramp_tables import overview, say  # noqa: PLC0415 (it loads what only this command needs)
    from rampart.ledger.contracts import current_contracts  # noqa: PLC0415
    from rampart.ledger.ramp_decisions import decisions  # noqa: PLC0415
    from rampart.ledger.ramp_report import read_ramp_report  # noqa: PLC0415
    from tasks.workspace import workspace  # noqa: PLC0415

    at = None if as_of is None else moment(as_of)
    with workspace() as place:
        known = [row.contract_id for row in current_contracts(place.books)]
        asked = [contract] if contract is not None else known
        reports = [read_ramp_report(place.books, place.store.get, one, as_of=at) for one in asked]
        called = {
            one: tuple(made for made in decisions(place.books, one) if at is None or made.as_of <= at)
            for one in asked
        }
    if not reports:
        raise stop(Exit.LEDGER, "no contract is on the books; try `rampart run SPEC`")
    if as_json:
        told = [_plain(report, called[report.contract_id]) for report in reports]
        typer.echo(json.dumps(told if contract is None else told[0], indent=1, default=str))
    elif contract is None:
        console.print(overview(reports))
        console.print("One of them in full: rampart ramp CONTRACT")
    else:
        say(reports[0], called[contract])


def _plain(report: "RampReport", called: "tuple[RampDecision, ...]") -> dict[str, object]:
    return {**asdict(report), "decisions": [asdict(one) for one in called]}
