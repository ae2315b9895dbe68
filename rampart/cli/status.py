"""`rampart status`: the books as they stand, as tables or as the canonical export."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated

import typer

from rampart.cli.exits import Exit, console, stop
from rampart.cli.tables import discard_table, money_table, ramp_table, rm_table, safe
from rampart.ledger.engine import open_ledger
from rampart.ledger.export import export_ledger
from rampart.ledger.outbox import NOTICES, REQUESTS, pending
from rampart.ledger.queue import answer_due, queue
from rampart.ledger.read import money_rows, programs, ramp_rows, rm_rows
from rampart.ledger.reviews import open_reviews, wanting_the_rest
from rampart.settings import Settings

MOST_SHOWN = 20  # notices that wait, in a table's company


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command(epilog="Example: rampart status --json | jq .batches")(status)


def status(
    program: Annotated[str | None, typer.Option(help="Only this programme.")] = None,
    as_json: Annotated[
        bool,
        typer.Option("--json", help="The whole ledger, without clock fields: equal runs give equal text."),
    ] = False,
) -> None:
    """Show ramp, money and reward models."""
    books = open_ledger(Settings().ledger_url)
    if as_json:
        typer.echo(json.dumps(export_ledger(books), indent=1, sort_keys=True))
        return
    rows = ramp_rows(books, program)
    if not rows and (known := ", ".join(programs(books))):
        raise stop(Exit.LEDGER, f"no programme {program!r} on the books; there are: {known}")
    if not rows:
        console.print("The books are empty. Try: rampart demo, or rampart run CONTRACT --from FOLDER")
        return
    console.print(ramp_table(rows))
    console.print(discard_table(rows))
    console.print(money_table(money_rows(books, program)))
    for name in programs(books) if program is None else (program,):
        if models := rm_rows(books, name):
            console.print(f"Programme [bold]{name}[/]")
            console.print(rm_table(models))
    now = datetime.now(UTC)
    for dispute in queue(books):
        week = f"{dispute.contract_id} week {dispute.week}"
        about = f"{week}, {dispute.records:,} of its discards, by {dispute}"
        about = f"{about}; answer due {answer_due(dispute, now)}"
        sign = "[bold red]overdue[/]" if dispute.overdue(now) else "[bold magenta]contested[/]"
        console.print(f"{sign} {safe(about)}; see `rampart dispute rule`")
    for review in open_reviews(books):
        about = f"{review.contract_id} week {review.week}, {review.left:,} of {review.records:,} records"
        console.print(
            f"[bold magenta]to review[/] {safe(f'{about}, by {review}')}; see `rampart review read`"
        )
    for review in wanting_the_rest(books):
        about = f"{review.contract_id} week {review.week}, all of {review.lot:,} records, as {review} failed"
        console.print(f"[bold magenta]to review[/] {safe(about)}; see `rampart review draw --rest`")
    told = Settings().notify_url is not None or Settings().notify_routes
    for line in _waiting(bool(told and pending(books, *NOTICES))):
        console.print(f"[yellow]waiting[/] {safe(line)}")
    for row in pending(books, *REQUESTS, *NOTICES):
        if row.stuck:
            console.print(f"[bold red]stuck[/] {safe(f'{row}, {row.attempts} tries: {row.last_error}')}")


def _waiting(there_are: bool) -> Iterator[str]:
    """The notices that wait, for whom and why; nothing is opened where nobody is to be told of any."""
    if not there_are:
        return
    from rampart.notify.routes import RoutesError  # noqa: PLC0415
    from tasks.notify import why_waiting  # noqa: PLC0415 (it loads what only a run needs)
    from tasks.workspace import workspace  # noqa: PLC0415

    try:
        with workspace() as place:
            found = why_waiting(place)
    except RoutesError as error:
        found = (f"every notice: {error}",)
    yield from found[:MOST_SHOWN]
    if len(found) > MOST_SHOWN:
        yield f"{len(found) - MOST_SHOWN:,} more notices"
