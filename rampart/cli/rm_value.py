"""`rampart rm value`: what a contract's batches were worth to the reward model, and for what money."""

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from rampart.cli.exits import Exit, console, stop
from rampart.cli.tables import rate, safe

if TYPE_CHECKING:  # the database is loaded by the command
    from rampart.ledger.read.worth import ContractWorth, Points, WeekWorth

CLAUSE = "training.expected_gain"
MOST_SHOWN = 20  # contradicted judgements under a table; --json gives all


def add_to(app: typer.Typer) -> None:
    """Register the command in the group of reward models."""
    app.command("value", epilog="Example: rampart rm value dc-birch-rm-refresh-2026 --week 3")(value)


def value(
    contract_id: Annotated[str, typer.Argument(metavar="CONTRACT", help="The contract.")],
    *,
    week: Annotated[
        int | None, typer.Option(min=1, help="One week, with the judgements to look at first.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Every figure with the address behind it.")] = False,
) -> None:
    """Show how far each batch agrees with the others, what accuracy it brought, and what that cost."""
    from rampart.ledger.read.worth import contract_worth, doubted  # noqa: PLC0415 (only this command needs it)
    from tasks.workspace import workspace  # noqa: PLC0415

    with workspace() as place:
        found = contract_worth(place.books, place.store.get, contract_id)
        weeks = [one for one in found.weeks if week in (None, one.week)]
        named = {one.week: doubted(place.store.get, one) for one in weeks}
    if week is not None and not weeks:
        there = ", ".join(str(one.week) for one in found.weeks) or "none"
        raise stop(
            Exit.LEDGER, f"nothing is known of week {week} of {safe(contract_id)}; weeks known: {there}"
        )
    if as_json:
        typer.echo(json.dumps(_plain(found, weeks, named), indent=1, default=str))
        return
    if weeks:
        console.print(_table(found, weeks))
    for line in said(found):
        console.print(line, soft_wrap=True, highlight=False)
    if week is not None:
        _to_look_at(weeks[0], named[week])


def said(found: "ContractWorth") -> tuple[str, ...]:
    """What stands below the table, a sentence each."""
    lines = [found.skipped] if found.skipped else []
    if found.since is not None:
        over = (
            "a coin, for there was none"
            if found.before is None
            else f"{found.before[:12]}, the model before it"
        )
        lines.append(f"Gained since the contract began, over {over}: {found.since} points")
    if found.next_week:
        lines.append(f"Learning curve: {found.next_week}")
    lines += [f"Expected gain ({CLAUSE}): {one.sentence}" for one in found.expected_gain]
    if found.key:
        lines.append(f"Figures: version {found.version} of {safe(found.program)}, {found.key}")
    return tuple(lines)


def _table(found: "ContractWorth", weeks: "list[WeekWorth]") -> Table:
    title = f"{found.contract_id}: worth to the reward model, in points of held-out accuracy"
    table = Table(title=safe(title), title_justify="left")
    table.add_column("week")
    for name in (
        "agrees (95 %)",
        "expected",
        "brought (95 %)",
        "elsewhere",
        "paid",
        f"a 1,000 {found.currency}",
    ):
        table.add_column(safe(name), justify="right")
    for one in weeks:
        agrees = rate(one.agreement, one.low, one.high)
        table.add_row(
            str(one.week),
            f"[bold red]{agrees}, look[/]" if one.flagged else agrees,
            "-" if one.expected is None else f"{one.expected:.1%}",
            _points(one.brought),
            _points(one.elsewhere),
            f"{one.paid:,}",
            _points(one.per_thousand),
        )
    return table


def _points(points: "Points | None") -> str:
    return "-" if points is None else str(points)


def _to_look_at(one: "WeekWorth", named: tuple[str, ...]) -> None:
    if not named:
        console.print("No judgement of it is contradicted, or its data are gone.")
        return
    shown = ", ".join(safe(name) for name in named[:MOST_SHOWN])
    more = f" and {len(named) - MOST_SHOWN:,} more (--json)" if len(named) > MOST_SHOWN else ""
    console.print(f"Look first at: {shown}{more}", soft_wrap=True)
    console.print(f"Have people look: rampart review draw {safe(one.contract_id)} {one.week} --out sheet.csv")


def _plain(
    found: "ContractWorth", weeks: "list[WeekWorth]", named: dict[int, tuple[str, ...]]
) -> dict[str, Any]:
    told = asdict(found) | {
        "weeks": [
            asdict(one)
            | {
                "contradicted": named[one.week],
                "evidence": {"figures": found.key, "judgements": one.doubted_key},
            }
            for one in weeks
        ]
    }
    told["expected_gain"] = [
        asdict(one) | {"clause": "training.expected_gain"} for one in found.expected_gain
    ]
    return told
