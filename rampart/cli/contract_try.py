"""`rampart contract try`: what a contract makes of a vendor's files, before and after, nothing written."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from contracts.load import load_contract
from contracts.model import Contract
from quality.gates.fates import count_reasons, part
from quality.gates.record.judging import gate_records
from quality.gates.record.repeats import Earlier
from rampart.cli.exits import Exit, console, stop
from rampart.cli.record_lines import record_lines
from rampart.cli.tables import safe
from rampart.delivery.trial import LabelSeen, Trial, try_out

SHOWN = 8  # lines of the quarantine, and labels, printed
# Said by the table itself, or of no interest beside its row.
_NOT_SHOWN = {"source_file", "source_line", "source_item", "scheme"}


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    example = (
        "rampart contract try votes.csv pairs.jsonl --contract contracts/specs/examples/llmfao.odcs.yaml"
    )
    app.command("try", epilog=f"Example: {example}")(try_)


def try_(
    files: Annotated[
        list[Path], typer.Argument(help="Files of one delivery, or the folder that holds them.")
    ],
    contract: Annotated[Path, typer.Option("--contract", "-c", help="The contract file.")],
    rows: Annotated[int, typer.Option(min=0, help="Records to show.")] = 2,
    week: Annotated[int, typer.Option(help="Contract week whose terms the gates take.")] = 1,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Read files by a contract and show the first records beside their rows. Nothing is written."""
    terms = load_contract(contract)
    if week not in terms.ramp.weeks:
        raise stop(Exit.USAGE, f"--week {week}: {contract} has weeks 1 to {terms.term.weeks}")
    found = try_out(files, terms, rows)
    discards = _discards(found, terms, week)
    if as_json:
        typer.echo(json.dumps(_report(found, discards), indent=1, ensure_ascii=False, default=str))
    else:
        _print(found, discards)
    if not found.read.records.num_rows:
        raise stop(Exit.REFUSED, "no record could be read; the quarantine says why")


def say(text: str) -> None:
    """Print a line: words of ours in colour, words of a vendor as they are."""
    console.print(text, highlight=False)


def _discards(found: Trial, terms: Contract, week: int) -> dict[str, int]:
    """First reason → records the gates would discard, with nothing delivered before."""
    records = found.read.records
    if not records.num_rows:
        return {}
    gated = gate_records(records, terms, week, Earlier())
    return {
        code: first for code, (first, _) in count_reasons(part(records, gated).discarded).items() if first
    }


def _print(found: Trial, discards: Mapping[str, int]) -> None:
    for number, one in enumerate(found.shown):
        console.print(_side_by_side(number, one.before, one.after))
    console.print(_files(found))
    for join in found.read.joins:
        alone = f", {join.alone:,} were kept without one" if join.alone else ""
        unused = f"; {join.unused:,} rows there were asked for by nobody" if join.unused else ""
        say(f"join {join.name}: {join.rows:,} rows found their partner in {safe(join.path)}{alone}{unused}")
    if found.unread_files:
        say(f"[yellow]not read[/], for the contract names no such file: {safe(_listed(found.unread_files))}")
    for note in found.read.notes:
        say(safe(note))
    _print_quarantine(found)
    _print_labels(found)
    _print_fields(found)
    told = [f"{count:,} {code.replace('_', ' ')}" for code, count in discards.items()]
    say(f"the gates would discard: {', '.join(told) or 'none'}")
    lines = sum(read.lines for read in found.read.files if read.role == "rows")
    records, lost = found.read.records.num_rows, found.read.quarantine.num_rows
    say(f"[bold]{records:,} records[/] from {lines:,} rows, {lost:,} in the quarantine; nothing was written")


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - SHOWN:,} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more


def _side_by_side(number: int, before: Mapping[str, Any], after: Mapping[str, Any]) -> Table:
    place = f"{after['source_file']} line {after['source_line']}"
    item = f", judgement {after['source_item'] + 1}" if after["source_item"] else ""
    table = Table(title=f"Record {number + 1}: {safe(place + item)}", title_justify="left", expand=True)
    for name in ("as delivered", "as read"):
        table.add_column(name, overflow="fold", ratio=1)
    told = {name: value for name, value in after.items() if name not in _NOT_SHOWN}
    table.add_row("\n".join(record_lines(before)), "\n".join(record_lines(told)))
    return table


def _files(found: Trial) -> Table:
    table = Table(title="Files", title_justify="left")
    table.add_column("file", overflow="fold")
    table.add_column("holds")
    for name in ("lines", "read or used", "quarantined", "left over"):
        table.add_column(name, justify="right")
    for read in found.read.files:
        over = read.lines - read.records - read.quarantined if read.role == "items" else 0
        counts = (read.lines, read.records, read.quarantined, over)
        table.add_row(safe(read.file.name), read.role, *(f"{count:,}" for count in counts))
    return table


def _print_quarantine(found: Trial) -> None:
    lost = found.read.quarantine
    if not lost.num_rows:
        say("quarantine: empty")
        return
    codes = Counter(lost["code"].to_pylist())
    told = ", ".join(f"{count:,} {code.replace('_', ' ')}" for code, count in codes.most_common())
    say(f"[bold]quarantine[/]: {told}")
    for row in lost.slice(0, SHOWN).to_pylist():
        place = f"{row['source_file']} line {row['source_line']}"
        say(f"  {safe(place)}: {safe(row['problem'])}")
    if lost.num_rows > SHOWN:
        say(f"  … and {lost.num_rows - SHOWN:,} more")


def _print_labels(found: Trial) -> None:
    known = [one for one in found.labels if one.known]
    outside = [one for one in found.labels if not one.known]
    say(f"labels the scheme knows: {_told_labels(known) or 'none'}")
    if outside:
        say(f"[bold red]labels outside the scheme[/]: {_told_labels(outside)}")
    if found.unused_words:
        say(f"of the scheme, never used: {', '.join(map(safe, found.unused_words))}")


def _told_labels(labels: list[LabelSeen]) -> str:
    told = [f"{safe(one.label[:60])} ({one.count:,})" for one in labels[:SHOWN]]
    if rest := labels[SHOWN:]:
        told.append(f"{len(rest):,} others ({sum(one.count for one in rest):,})")
    return ", ".join(told)


def _print_fields(found: Trial) -> None:
    whole = found.read.records.num_rows
    partly = [
        f"{name} in {whole - count:,} of {whole:,}" for name, count in found.filled.items() if count < whole
    ]
    say(f"mapped fields that are empty: {', '.join(partly) or 'none'}")


def _report(found: Trial, discards: Mapping[str, int]) -> dict[str, Any]:
    return {
        "records": found.read.records.num_rows,
        "quarantined": found.read.quarantine.num_rows,
        "files": [
            {
                "file": read.file.name,
                "holds": read.role,
                "lines": read.lines,
                "records": read.records,
                "quarantined": read.quarantined,
            }
            for read in found.read.files
        ],
        "joins": [asdict(join) for join in found.read.joins],
        "notes": list(found.read.notes),
        "unread_files": list(found.unread_files),
        "shown": [asdict(one) for one in found.shown],
        "quarantine": found.read.quarantine.slice(0, SHOWN).to_pylist(),
        "labels": [asdict(one) for one in found.labels[:100]],
        "unused_words": list(found.unused_words),
        "filled": dict(found.filled),
        "discards": dict(discards),
    }
