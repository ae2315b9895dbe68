"""`rampart why`: one record, what became of it, and what every gate said."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from rampart.cli.exits import console
from rampart.cli.record_lines import record_lines
from rampart.cli.tables import safe
from rampart.cli.weeks import LAST_WEEK

if TYPE_CHECKING:  # loaded by the command, as they bring what only a run needs
    from quality.gates.record.explaining import GateOutcome
    from tasks.stored_records import StoredRecord
    from tasks.twins import Twin
    from tasks.why import Explained

MOST_SHOWN = 5  # records of one id
LONGEST = 600  # characters of one value
_STYLE = {"found": "bold red", "passed": "green", "off": "dim"}
_PLACE = ("source_file", "source_line", "source_item")  # told in the heading


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command(epilog="Example: rampart why w03-r17 --week 3, or: rampart why rows.jsonl:17")(why)


def why(
    record: Annotated[
        str,
        typer.Argument(metavar="RECORD_ID", help="The record's id, or FILE:LINE of what was delivered."),
    ],
    contract: Annotated[str | None, typer.Option(help="Only this contract.")] = None,
    week: Annotated[int | None, typer.Option(help="Only this week.", min=1, max=LAST_WEEK)] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON list, with whole texts.")] = False,
) -> None:
    """Show why a record was accepted, discarded or could not be read: every gate, what it saw and wanted."""
    from tasks.why import explain, records_named  # noqa: PLC0415 (they load what only a run needs)
    from tasks.workspace import workspace  # noqa: PLC0415

    with workspace() as place:
        found = records_named(place, record, contract, week)
        if as_json:
            told = [_plain(explain(place, one)) for one in found]
            typer.echo(json.dumps(told, indent=1, default=str))
        elif len({one.batch.key for one in found}) > 1:
            _list(found)
        else:
            for one in found[:MOST_SHOWN]:
                _print(explain(place, one))
            if more := len(found) - MOST_SHOWN:
                console.print(f"and {more:,} more; name one as FILE:LINE" if more > 0 else "", end="")


def _list(found: "tuple[StoredRecord, ...]") -> None:
    table = Table("contract", "week", "revision", "record", "from", "fate", box=None, header_style="bold")
    for one in found:
        key = one.batch.key
        name = one.values.get("record_id", "-")
        cells = (key.contract_id, str(key.week), str(key.revision), name, _from(one), one.fate)
        table.add_row(*map(safe, cells))
    console.print("In several weeks; choose one with --contract and --week:")
    console.print(table)


def _print(told: "Explained") -> None:
    one = told.record
    say(f"[bold]{safe(one.values.get('record_id') or _from(one))}[/]: {_fate(told)}")
    say(f"{safe(str(one.batch.key))} ({one.batch.state.replace('_', ' ')}), from {safe(_from(one))}")
    if told.rules_changed:
        say("[yellow]![/] judged by earlier rules of Rampart; what was seen and flagged is told by today's")
    for line in record_lines({k: v for k, v in one.values.items() if k not in _PLACE}, LONGEST):
        console.print(f"  {line}", highlight=False)
    if told.gates:
        console.print(_gates(told.gates))
    for gate in told.gates:
        if gate.outcome == "found":
            for line in _advice(gate, told.twins.get(gate.code)):
                say(line)
    console.print()


def _fate(told: "Explained") -> str:
    one = told.record
    if one.fate == "quarantined":
        return "[bold red]quarantined[/], because it could not be read as a record"
    if one.fate == "discarded":
        return f"[bold red]discarded[/] for {', '.join(one.reasons)}"
    flagged = f", [yellow]flagged[/] for {', '.join(told.record.flags)}" if told.record.flags else ""
    back = f", reinstated by {safe(told.reinstated_by)}" if told.reinstated_by else ""
    return f"[green]accepted[/]{flagged}{back}"


def _gates(gates: "tuple[GateOutcome, ...]") -> Table:
    table = Table(title="Gates", title_justify="left")
    for name in ("gate", "verdict", "policy", "clause"):
        table.add_column(name)
    for name in ("seen", "expected"):
        table.add_column(name, overflow="fold")
    for gate in gates:
        verdict = f"[{_STYLE[gate.outcome]}]{gate.outcome}[/]"
        seen, expected = (safe(text or "") for text in (gate.seen, gate.expected))
        table.add_row(gate.code, verdict, gate.policy, gate.clause, seen, expected)
    return table


def _advice(gate: "GateOutcome", twin: "Twin | None") -> Iterator[str]:
    section = f" Guideline: {safe(gate.section)}." if gate.section else ""
    yield f"[bold]{gate.code}[/] ({gate.policy}): {gate.sentence} Fix: {gate.fix}{section}"
    if twin:
        revision = "" if twin.revision is None else f" revision {twin.revision}"
        where = f"{twin.contract_id} week {twin.week}{revision}"
        yield f"  repeats {safe(f'{twin.record_id}: {twin.file} line {twin.line} of {where}')}"


def _from(one: "StoredRecord") -> str:
    item = one.values["source_item"]
    more = f", judgement {item + 1}" if item > 0 else ""
    return f"{one.values['source_file']} line {one.values['source_line']}{more}"


def say(text: str) -> None:
    """Print a line: words of ours in colour, words of a vendor as they are."""
    console.print(text, highlight=False, soft_wrap=True)


def _plain(told: "Explained") -> dict[str, Any]:
    batch = told.record.batch
    gates = [{**asdict(gate), "twin": _twin(told.twins.get(gate.code))} for gate in told.gates]
    return {
        "contract_id": batch.contract_id,
        "week": batch.week,
        "revision": batch.revision,
        "state": batch.state,
        "fate": told.record.fate,
        "reasons": list(told.record.reasons),
        "flags": list(told.record.flags),
        "reinstated_by": told.reinstated_by,
        "rules_changed": told.rules_changed,
        "gates": gates,
        "record": told.record.values,
    }


def _twin(twin: "Twin | None") -> dict[str, Any] | None:
    return asdict(twin) if twin else None
