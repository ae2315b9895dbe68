"""`rampart demo`: six simulated weeks with three vendors, through the real flows."""

import shutil
from datetime import datetime
from typing import Annotated

import typer
from rich.rule import Rule
from sqlalchemy import Engine

from rampart.cli.demo_worth import agreement_lines, gated_line
from rampart.cli.exits import Exit, console, stop
from rampart.cli.home import MARK
from rampart.cli.running import Stage, flows_here
from rampart.cli.tables import discard_table, money_table, ramp_table, rate, rm_table, safe, state_of
from rampart.ledger.engine import open_ledger
from rampart.ledger.outbox import REQUESTS, pending
from rampart.ledger.read import RampRow, money_rows, ramp_rows, rm_rows
from rampart.settings import Settings

SEED = 7


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command(epilog="Example: rampart demo --reset")(demo)


def demo(
    reset: Annotated[
        bool, typer.Option("--reset", help="Throw the demonstration away and start over.")
    ] = False,
) -> None:
    """Run the demonstration, or continue it where it stopped; the vendors are simulated, the walk is real."""
    settings = Settings()
    if settings.database_url or settings.store or settings.drop:
        raise stop(
            Exit.USAGE,
            "the demonstration runs on the embedded defaults only; unset RAMPART_DATABASE_URL, "
            "RAMPART_STORE and RAMPART_DROP, or set RAMPART_HOME to a folder of its own",
        )
    if reset:
        _reset(settings)
    _claim_home(settings)
    new = not _finished(settings)
    if new:
        with flows_here("starting Prefect (6 to 20 s)") as stage:
            for week, as_of in weeks():
                # A round that is over is not repeated: what came since would count as early in it.
                if not _finished(settings, week):
                    deliver(settings, week)
                    _judge_week(stage, week, as_of)
                _show_week(settings, week)
    _report(settings, new)


def _judge_week(stage: Stage, week: int, as_of: datetime) -> None:
    from flows.weekly import weekly  # noqa: PLC0415

    stage.ready()
    stage.say(f"week {week}")
    weekly(as_of)


def _reset(settings: Settings) -> None:
    if settings.root.exists() and not (settings.root / MARK).exists():
        raise stop(
            Exit.USAGE,
            f"{settings.root} holds more than the demonstration; nothing was removed. "
            "Fix: set RAMPART_HOME to another folder for the demonstration",
        )
    for found in settings.root.iterdir() if settings.root.exists() else ():
        if found.name != MARK:  # the mark goes last: a home without it is not ours to empty
            shutil.rmtree(found) if found.is_dir() else found.unlink()
    shutil.rmtree(settings.root, ignore_errors=True)
    console.print(f"Removed {settings.root}.")


def _claim_home(settings: Settings) -> None:
    """Mark a fresh home as the demonstration's; refuse one that holds other work."""
    root = settings.root
    if root.exists() and any(root.iterdir()) and not (root / MARK).exists():
        raise stop(
            Exit.USAGE,
            f"{root} is in use. Fix: run the demonstration in a home of its own: "
            "RAMPART_HOME=.rampart-demo rampart demo",
        )
    root.mkdir(parents=True, exist_ok=True)
    (root / MARK).touch()
    # A fixed key, because nobody is behind these pseudonyms: every demonstration gives the same ledger.
    (root / "pseudonym.key").write_text("the demonstration of Rampart")


def weeks() -> list[tuple[int, datetime]]:
    """Contract weeks with the moment their deliveries are due, after putting the contracts in force."""
    from simulator import DEMO_CONTRACTS  # noqa: PLC0415
    from tasks.workspace import put_in_force, workspace  # noqa: PLC0415

    with workspace() as place:
        contracts = [
            put_in_force(path.read_bytes(), str(path), place, _start(path.read_bytes(), str(path)))
            for path in DEMO_CONTRACTS
        ]
    term = contracts[0].term
    return [(week, term.due(week)) for week in range(1, term.weeks + 1)]


def _start(data: bytes, path: str) -> datetime:
    from contracts.load import parse_contract  # noqa: PLC0415

    return parse_contract(data, path).term.week_start(1)


def deliver(settings: Settings, week: int) -> None:
    """Have every simulated vendor deliver `week`."""
    from pathlib import Path  # noqa: PLC0415

    from simulator import World, write_week  # noqa: PLC0415

    write_week(World(SEED), week, Path(settings.drop_uri), Path(settings.store_uri) / "work-orders")


def _finished(settings: Settings, up_to: int | None = None) -> bool:
    """Is every contract week, or every one up to `up_to`, judged, answered by a reward model, and told of?"""
    books = open_ledger(settings.ledger_url)
    rows = [row for row in ramp_rows(books) if up_to is None or row.week <= up_to]
    asked = [row for row in pending(books, *REQUESTS, "batch.judged") if up_to is None or row.week <= up_to]
    books.dispose()
    return bool(rows) and not asked and all(row.discard_rate is not None for row in rows)


def _show_week(settings: Settings, week: int) -> None:
    books = open_ledger(settings.ledger_url)
    console.print(Rule(f"week {week}", align="left", style="dim"))
    for row in ramp_rows(books):
        if row.week == week:
            console.print(_line(row))
    books.dispose()


def _line(row: RampRow) -> str:
    discarded = rate(row.discard_rate, row.low, row.high)
    return (
        f"  {safe(row.vendor):<8} {row.delivered:>6,} delivered  {row.accepted:>6,} accepted  "
        f"discarded {discarded:<24} ceiling {row.ceiling:.0%}  {state_of(row.state)}"
    )


def _report(settings: Settings, new: bool) -> None:
    books: Engine = open_ledger(settings.ledger_url)
    console.print()
    console.print(ramp_table(ramp_rows(books)))
    console.print(discard_table(ramp_rows(books)))
    console.print(money_table(money_rows(books)))
    console.print(rm_table(rm_rows(books, "rm-refresh")))
    console.print(gated_line(settings.root, SEED), soft_wrap=True)
    for line in agreement_lines():
        console.print(line, soft_wrap=True)
    for row in ramp_rows(books):
        if row.state in ("held", "rejected"):
            console.print(
                f"{safe(row.vendor)} week {row.week} {state_of(row.state)}: {safe(row.state_reason)}"
            )
    books.dispose()
    if not new:
        console.print("Nothing new: all six weeks were judged before. `make demo-reset` starts over.")
    console.print(
        f"\nThe dashboard: run [bold]rampart serve[/] and open [bold]http://{settings.host}:{settings.port}[/]"
        "  (from a checkout: make serve)"
    )
