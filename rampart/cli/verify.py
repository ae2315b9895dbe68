"""`rampart verify`: are the books and the store still what was promised?"""

import json
from dataclasses import asdict
from typing import Annotated

import typer

from rampart.cli.exits import Exit, console, errors, stop
from rampart.cli.tables import safe
from rampart.ledger.engine import open_ledger
from rampart.ledger.read import ramp_rows
from rampart.settings import Settings


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command(epilog="Example: rampart verify --json")(verify)


def verify(as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False) -> None:
    """Check the invariants: every row counted once, bytes and events unchanged, money to the cent.

    Nothing is repaired or removed. Objects that nothing names are a notice, not a violation.
    """
    from rampart.ledger.verify_all import verify_all  # noqa: PLC0415
    from tasks.workspace import store_at  # noqa: PLC0415

    settings = Settings()
    books = open_ledger(settings.ledger_url)
    with console.status("[dim]recounting[/]"):
        found = verify_all(books, store_at(settings.store_uri, settings))
    broken = found.violations
    rows = ramp_rows(books)
    counts = {
        name: sum(getattr(row, name) for row in rows)
        for name in ("delivered", "accepted", "discarded", "quarantined")
    }
    if as_json:
        report = {
            "ok": not broken,
            "rows": counts,
            "violations": list(map(asdict, broken)),
            "notices": found.notices,
            "orphans": [{"key": orphan.key, "bytes": orphan.bytes} for orphan in found.orphans],
            "unfinished_deletions": [gone.id for gone in found.unfinished],
        }
        typer.echo(json.dumps(report, indent=1))
        raise typer.Exit(int(Exit.VIOLATED if broken else Exit.OK))
    for text in found.notices:
        errors.print(f"[yellow]![/] {safe(text)}", soft_wrap=True, highlight=False)
    if broken:
        raise stop(Exit.VIOLATED, *map(str, broken))
    console.print(
        f"[green]ok[/] {counts['delivered']:,} delivered = {counts['accepted']:,} accepted + "
        f"{counts['discarded']:,} discarded + {counts['quarantined']:,} unreadable; every invariant holds"
    )
