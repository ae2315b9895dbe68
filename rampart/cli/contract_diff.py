"""`rampart contract diff`: what one version changes in another, and whether it protects the buyer less."""

import json
import shlex
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from rich.table import Table

from contracts.model import Contract
from contracts.versions.diff import Change, counted, diff
from contracts.versions.phrases import Rating
from rampart.cli.exits import Exit, console
from rampart.cli.running import moment
from rampart.cli.tables import safe
from rampart.cli.terms_named import terms_named

STYLE = {"looser": "bold red", "stricter": "green", "different": "dim"}
FailOn = Literal["none", "looser", "stricter", "any"]


@dataclass(frozen=True)
class Given:
    """A version as it was named on the command line; `file` is None for one on the books."""

    terms: Contract
    file: Path | None


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("diff", epilog="Example: rampart contract diff dc-alder@1.0.0 alder-1.1.0.odcs.yaml")(
        contract_diff
    )


def contract_diff(
    old: Annotated[str, typer.Argument(metavar="A", help="A file, or ID or ID@VERSION on the books.")],
    new: Annotated[str, typer.Argument(metavar="B", help="Likewise; what it changes in A is shown.")],
    *,
    as_of: Annotated[str | None, typer.Option(help="When weeks count as past; default: now.")] = None,
    fail_on: Annotated[
        FailOn, typer.Option("--fail-on", help="End with exit code 7 when a clause is rated so.")
    ] = "none",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Compare two versions clause by clause, from the buyer's view; the largest loosening comes first."""
    at = moment(as_of)
    before, after = Given(*terms_named(old)), Given(*terms_named(new))
    changes = diff(before.terms, after.terms, at)
    past = sorted({week for change in changes if change.judged == "judged" for week in change.past})
    same_contract = before.terms.contract_id == after.terms.contract_id
    commands = [_rejudge(after, *run) for run in _runs(past)] if same_contract else []
    if as_json:
        typer.echo(json.dumps(_report(before.terms, after.terms, changes, past, commands), indent=1))
    else:
        _show(before.terms, after.terms, changes)
        _show_past(past, commands, after)
    found = counted(changes)
    if fail_on != "none" and (any(found.values()) if fail_on == "any" else found[fail_on]):
        raise typer.Exit(int(Exit.DIFFERS))


def _show(old: Contract, new: Contract, changes: tuple[Change, ...]) -> None:
    names = [f"{safe(each.contract_id)} {safe(each.version)}" for each in (old, new)]
    if not changes:
        console.print(f"{names[0]} and {names[1]} have the same terms.")
        return
    table = Table(title=" → ".join(names), title_justify="left")
    table.add_column("clause", overflow="fold")
    table.add_column("what changes", overflow="fold")
    table.add_column("weeks")
    for change in changes:
        rating = f"[{STYLE[change.rating]}]{safe(change.words)}[/]"
        table.add_row(safe(change.address), rating + safe(_remarks(change)), _weeks(change.weeks))
    console.print(table)
    console.print(_summary(changes))


def _remarks(change: Change) -> str:
    said = [
        "no amendment can change it; it takes a new contract" if change.identity else "",
        {"recorded": "recorded, not judged yet", "refused": "not billed yet"}.get(change.judged, ""),
    ]
    return "".join(f"; {remark}" for remark in said if remark)


def _summary(changes: tuple[Change, ...]) -> str:
    return ", ".join(f"{count} {rating}" for rating, count in counted(changes).items())


def _show_past(past: list[int], commands: list[str], after: Given) -> None:
    if not past:
        return
    several = len(past) > 1
    due = f"week{'s' if several else ''} {_spelt(past)} {'were' if several else 'was'} already due"
    if not commands:
        console.print(f"{due}.")
        return
    register = " (this registers the file)" if after.file else ""
    console.print(f"{due}; a verdict given stays. To judge anew{register}:", soft_wrap=True)
    for command in commands:
        console.print(f"  {safe(command)}", soft_wrap=True)


def _rejudge(after: Given, first: int, last: int) -> str:
    weeks = f"{first}" if first == last else f"{first}-{last}"
    terms = f"--terms {shlex.quote(str(after.file))}" if after.file else f"--under {after.terms.version}"
    return f"rampart backfill {after.terms.contract_id} --weeks {weeks} {terms}"


def _runs(weeks: Iterable[int]) -> list[tuple[int, int]]:
    """Weeks as ranges without gaps."""
    grouped = groupby(enumerate(weeks), lambda pair: pair[1] - pair[0])
    runs = [[week for _, week in run] for _, run in grouped]
    return [(run[0], run[-1]) for run in runs]


def _weeks(weeks: tuple[int, ...]) -> str:
    return ", ".join(f"{a}" if a == b else f"{a}-{b}" for a, b in _runs(weeks)) or "-"


def _spelt(weeks: list[int]) -> str:
    names = [str(week) for week in weeks]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _report(
    old: Contract, new: Contract, changes: tuple[Change, ...], past: list[int], commands: list[str]
) -> dict[str, Any]:
    versions = [{"contract_id": each.contract_id, "version": each.version} for each in (old, new)]
    summary: dict[Rating, int] = counted(changes)
    return {
        "a": versions[0],
        "b": versions[1],
        "effective": str(new.amendment.effective) if new.amendment else None,
        "clauses": [_plain(change) for change in changes],
        "summary": summary,
        "past_weeks": past,
        "rejudge": commands,
    }


def _plain(change: Change) -> dict[str, Any]:
    """A change as JSON takes it: money as text, and no weight, which may be infinite."""
    fields = {name: value for name, value in asdict(change).items() if name != "weight"}
    return {name: _json(value) for name, value in fields.items()}


def _json(value: Any) -> Any:
    return str(value) if isinstance(value, Decimal | date | datetime) else value
