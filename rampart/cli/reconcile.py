"""`rampart reconcile`: take up what a crash or a lost event left behind, once, by hand."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from rampart.cli.exits import Exit, console, stop
from rampart.cli.running import flows_here, moment
from rampart.cli.tables import safe

if TYPE_CHECKING:  # a flow's module loads Prefect
    from flows.reconciled import Reconciled


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command(epilog="Example: rampart reconcile --json")(reconcile)


def reconcile(
    as_of: Annotated[str | None, typer.Option(help="Business time of the run; default: now.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Judge what was left or reinstated, flag missing weeks, close dead runs, send notices, and train."""
    at = moment(as_of)
    with flows_here("reconciling") as stage:
        from flows.reconcile import reconcile as flow  # noqa: PLC0415

        stage.ready()
        report = flow(at)
    if as_json:
        typer.echo(json.dumps(asdict(report), indent=1))
    else:
        for line in sentences(report):
            console.print(safe(line), soft_wrap=True, highlight=False)
    if report.problems:
        raise stop(Exit.FAILED, *(f"{problem}. The other parts were done" for problem in report.problems))


def sentences(report: "Reconciled") -> Iterator[str]:
    """What was done, a line each; one line when there was nothing to do."""
    told = [
        *(f"finished: {name}" for name in report.finished),
        *(f"stuck: {name}" for name in report.stuck),
        *(f"judged anew: {name}" for name in report.rejudged),
        *(f"late: {name}" for name in report.late),
        *report.called,
        *(f"closed: {name}" for name in report.closed),
        *(f"trained: {reason}" for reason in report.trained),
        *(f"feedback pack written: {name}" for name in report.handed_over),
        *(f"cannot be sent: {name}" for name in report.unsendable),
    ]
    if report.cleared:
        told.append(f"cleared: {report.cleared} unfinished writes, more than a week old")
    if report.sent:
        told.append(f"sent: {report.sent} notices")
    if report.waiting:
        told.append(f"waiting: {report.waiting} notices, for another try")
    if not told and not report.problems:
        told.append("Nothing to do: the books, the notices and Prefect's runs agree.")
    yield from told
