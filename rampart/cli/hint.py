"""`rampart hint`: a store's event notification → the contract weeks to look at now."""

import json
import sys
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO
from urllib.parse import urlsplit

import typer

from rampart.cli.exits import Exit, console, stop
from rampart.cli.running import flows_here, moment
from rampart.cli.tables import safe, state_of
from rampart.delivery.hints import LONGEST_MESSAGE, touched, weeks_touched
from rampart.settings import Settings

if TYPE_CHECKING:
    from flows.outcome import Outcome

Weeks = tuple[tuple[str, int], ...]


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command(epilog="Example: rampart hint event.json --run")(hint)


def hint(
    message: Annotated[
        str, typer.Argument(metavar="FILE", help="The notification as JSON; - reads standard input.")
    ],
    *,
    run: Annotated[
        bool, typer.Option("--run", help="Look at those weeks now, and judge what is complete.")
    ] = False,
    as_of: Annotated[str | None, typer.Option(help="Business time of the run; default: now.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON list.")] = False,
) -> None:
    """Say which contract weeks an S3 event notification is about."""
    at = moment(as_of)
    weeks = _weeks(message, at)
    if run and weeks:
        _show(_judged(weeks, at), as_json)
    elif as_json:
        typer.echo(json.dumps([{"contract_id": name, "week": week} for name, week in weeks], indent=1))
    else:
        for name, week in weeks:
            console.print(f"{safe(name)} week {week}", highlight=False)
        if not weeks:
            console.print("no contract week: nothing was written to a folder a contract is waiting for")


def _weeks(message: str, at: datetime) -> Weeks:
    from tasks.calendar import inboxes  # noqa: PLC0415
    from tasks.workspace import workspace  # noqa: PLC0415

    bucket, prefix = _drop()
    objects = touched(*_read(message))
    with workspace() as place:
        return weeks_touched(objects, bucket, prefix, inboxes(place, at))


def _drop() -> tuple[str, str]:
    """The drop's bucket, and where in it the drop begins."""
    drop = urlsplit(Settings().drop_uri)
    if drop.scheme != "s3":
        raise stop(
            Exit.USAGE, "the drop is no bucket, so nobody sends events about it. Fix: set RAMPART_DROP"
        )
    return drop.netloc, drop.path


def _read(message: str) -> tuple[str, str]:
    """The message, and its name in errors."""
    if message == "-":
        return _text(sys.stdin.buffer), "standard input"
    path = Path(message)
    if not path.is_file():
        raise stop(Exit.USAGE, f"{message}: no such file. Fix: give the file with the notification, or -")
    with path.open("rb") as file:
        return _text(file), message


def _text(stream: BinaryIO) -> str:
    """What a message may hold and a little more; bytes that are no text are shown as such in an error."""
    return stream.read(4 * LONGEST_MESSAGE + 1).decode("utf-8", "replace")  # a character has up to four


def _judged(weeks: Weeks, at: datetime) -> tuple["Outcome", ...]:
    with flows_here("looking where something was written") as stage:
        from flows.process_delivery import process_delivery  # noqa: PLC0415
        from flows.retrain import retrain  # noqa: PLC0415

        stage.ready()
        outcomes = tuple(process_delivery(name, week, at) for name, week in weeks)
        if any(outcome.changed for outcome in outcomes):
            retrain(at)
        return outcomes


def _show(outcomes: tuple["Outcome", ...], as_json: bool) -> None:
    """What became of each; a delivery that is not complete yet is nothing unusual here."""
    if as_json:
        typer.echo(json.dumps([asdict(outcome) for outcome in outcomes], indent=1))
    else:
        for found in outcomes:
            told = (
                f"{safe(found.contract_id)} week {found.week}: {state_of(found.state)}: {safe(found.reason)}"
            )
            console.print(told, soft_wrap=True, highlight=False)
    refused = [outcome for outcome in outcomes if outcome.state == "refused"]
    if refused:
        raise stop(Exit.REFUSED, *(outcome.reason for outcome in refused))
