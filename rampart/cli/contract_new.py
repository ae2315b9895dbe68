"""`rampart contract new`: a first contract, from a few answers and a look at the vendor's files."""

import shlex
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from rampart.cli.asking import Asking, answers
from rampart.cli.exits import Exit, console, stop
from rampart.cli.tables import safe

if TYPE_CHECKING:
    from rampart.drafting.propose import Proposal

_ENDINGS = (".yaml", ".yml")
_BEYOND = 100_000  # rows of each of several files read for their keys alone, within the sample's bytes


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    example = "rampart contract new acme.odcs.yaml --vendor 'Acme Labs' --from votes.csv pairs.jsonl"
    app.command("new", epilog=f"Example: {example}")(new)


def new(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[OUT.yaml]", help="Where to write; default: the vendor's name. With --from, more files."
        ),
    ] = None,
    look: Annotated[
        list[Path] | None, typer.Option("--from", help="A vendor's file to look at; others may follow it.")
    ] = None,
    *,
    vendor: Annotated[str | None, typer.Option(help="The vendor's name.")] = None,
    name: Annotated[str | None, typer.Option(help="What is bought, in a few words.")] = None,
    start: Annotated[str | None, typer.Option(help="First day, YYYY-MM-DD; default: next Monday.")] = None,
    weeks: Annotated[int | None, typer.Option(min=1, max=520, help="Number of contract weeks.")] = None,
    volumes: Annotated[str | None, typer.Option(help="Judgements week by week: 2000,5000,10000.")] = None,
    price: Annotated[str | None, typer.Option(help="Price of an accepted judgement.")] = None,
    currency: Annotated[str | None, typer.Option(help="ISO 4217 code, such as USD.")] = None,
    scheme: Annotated[str | None, typer.Option(help="Kind of label, where no files are looked at.")] = None,
    rows: Annotated[int, typer.Option(min=1, max=100_000, help="Rows of each file to look at.")] = 1_000,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Ask nothing; take the defaults.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Overwrite the file.")] = False,
) -> None:
    """Write a first, commented contract that passes the check; --from proposes how to read files."""
    from rampart.drafting.skeleton import SCHEMES, standard_reading  # noqa: PLC0415
    from rampart.drafting.write import contract_text  # noqa: PLC0415

    out, files = _sorted_out(paths or [], look or [])
    ask = Asking(yes)
    given = answers(ask, (vendor, name, start, weeks, volumes, price, currency))
    target = out or Path(f"{given.vendor_id}.odcs.yaml")
    if target.exists() and not force:
        raise stop(Exit.USAGE, f"{target} exists. Fix: name another file, or overwrite it with --force")
    notes: Mapping[str, Any]
    remarks: Mapping[str, str] = {}
    proposal = None
    if files:
        proposal = _proposal(files, rows, given.start)
        sections, notes, remarks = proposal.terms(), proposal.draft.notes, proposal.remarks()
    else:
        kind = scheme or ask("Kind of label (" + ", ".join(SCHEMES) + ")", "arena")
        if kind not in SCHEMES:
            raise stop(Exit.USAGE, f"--scheme: {kind!r} is none of {', '.join(SCHEMES)}")
        sections, notes = standard_reading(kind)
    text = contract_text(given, sections, notes, remarks)
    _write(target, text)
    if ask.defaults:
        console.print(f"taken without asking: {safe(', '.join(ask.defaults))}", soft_wrap=True)
    _report(target, files, proposal)


def _sorted_out(paths: Sequence[Path], look: Sequence[Path]) -> tuple[Path | None, list[Path]]:
    """Where to write and what to look at: words after `--from` that are no YAML file are more files."""
    outs = [path for path in paths if path.suffix in _ENDINGS]
    more = [path for path in paths if path.suffix not in _ENDINGS]
    if len(outs) > 1:
        raise stop(Exit.USAGE, f"{outs[1]}: one contract is written at a time. Fix: name one file")
    if more and not look:
        fix = "end it in .yaml, or look at it with --from"
        raise stop(Exit.USAGE, f"{more[0]}: a contract's file ends in .yaml. Fix: {fix}")
    return (outs[0] if outs else None), [*look, *more]


def _proposal(files: Sequence[Path], rows: int, start: date) -> "Proposal":
    from rampart.drafting.propose import propose  # noqa: PLC0415
    from rampart.drafting.sample import look_at  # noqa: PLC0415

    beyond = _BEYOND if len(files) > 1 else 0
    return propose([look_at(file, rows, beyond) for file in files], start)


def _write(target: Path, text: str) -> None:
    from contracts.load import parse_contract  # noqa: PLC0415

    parse_contract(text.encode(), str(target))  # what is written passes the check, or is not written
    try:
        target.write_text(text, encoding="utf-8")
    except OSError as error:
        fix = "name a file in a folder you may write to"
        raise stop(
            Exit.USAGE, f"{target} cannot be written ({error.strerror or error}). Fix: {fix}"
        ) from error


def _report(target: Path, files: Sequence[Path], proposal: "Proposal | None") -> None:
    if proposal is not None:
        console.print(_findings(proposal))
        for remark in proposal.remarks().values():
            console.print(safe(remark), soft_wrap=True)
        if proposal.trial.problem:
            console.print(f"[yellow]not read[/] {safe(proposal.trial.problem)}", soft_wrap=True)
    console.print(f"[green]written[/] {safe(str(target))}. Next:", soft_wrap=True)
    named = shlex.quote(str(target))
    console.print(f"  rampart contract check {safe(named)}", soft_wrap=True)
    if files:
        listed = shlex.join(map(str, files))
        console.print(f"  rampart contract try {safe(listed)} --contract {safe(named)}", soft_wrap=True)


_SURE = {"sure": "[green]sure[/]", "likely": "guessed", "edit": "[bold yellow]EDIT[/]"}


def _findings(proposal: "Proposal") -> Table:
    """Field by field: the expression, how sure it is, and why."""
    table = Table(title=f"Proposed: {safe(proposal.draft.shape)}", title_justify="left")
    for name in ("term", "proposed", "", "why"):
        table.add_column(name, overflow="fold")
    terms = proposal.terms()
    for address, note in proposal.draft.notes.items():
        found = _at(terms, address)
        if found is not None:
            short = address.removeprefix("delivery.record.")
            table.add_row(safe(short), safe(_text(found)), _SURE[note.sure], safe(note.text))
    return table


def _at(terms: Any, address: str) -> Any:
    found = terms
    for key in address.split("."):
        if isinstance(found, list) and key.isdigit():
            found = found[int(key)]
        elif isinstance(found, dict) and key in found:
            found = found[key]
        else:
            return None
    return found


def _text(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key}: {_text(inner)}" for key, inner in value.items())[:300]
    return "; ".join(map(_text, value))[:300] if isinstance(value, list) else str(value)[:300]
