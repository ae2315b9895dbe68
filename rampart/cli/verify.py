"""`rampart verify`: are the books and the store still what was promised?"""

import json
from dataclasses import asdict
from typing import Annotated

import typer

from rampart.cli.exits import Exit, console, stop
from rampart.ledger.engine import open_ledger
from rampart.ledger.read import ramp_rows
from rampart.ledger.verify import verify_books
from rampart.settings import Settings


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command(epilog="Example: rampart verify --json")(verify)


def verify(as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False) -> None:
    """Check the invariants: every row counted once, bytes and events unchanged, money to the cent."""
    from rampart.ledger.verify_store import verify_store  # noqa: PLC0415
    from tasks.workspace import store_at  # noqa: PLC0415

    settings = Settings()
    books = open_ledger(settings.ledger_url)
    with console.status("[dim]recounting[/]"):
        broken = (*verify_books(books), *verify_store(books, store_at(settings.store_uri, settings)))
    rows = ramp_rows(books)
    counts = {
        name: sum(getattr(row, name) for row in rows)
        for name in ("delivered", "accepted", "discarded", "quarantined")
    }
    if as_json:
        report = {"ok": not broken, "rows": counts, "violations": [asdict(found) for found in broken]}
        typer.echo(json.dumps(report, indent=1))
        raise typer.Exit(int(Exit.VIOLATED if broken else Exit.OK))
    if broken:
        raise stop(Exit.VIOLATED, *(f"invariant {b.invariant}, {b.subject}: {b.problem}" for b in broken))
    console.print(
        f"[green]ok[/] {counts['delivered']:,} delivered = {counts['accepted']:,} accepted + "
        f"{counts['discarded']:,} discarded + {counts['quarantined']:,} unreadable; every invariant holds"
    )
