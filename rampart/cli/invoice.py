"""`rampart invoice`: a vendor's invoice is held against the books line by line, and booked."""

import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from rampart.cli.exits import Exit, console
from rampart.cli.running import moment
from rampart.cli.tables import safe
from rampart.ledger.invoices.booked import SHOWN, BookedInvoice, invoice_named, invoices
from rampart.ledger.invoices.due import Amount
from rampart.ledger.invoices.reconcile import Finding, totals, unbilled
from rampart.ledger.invoices.result import Result, as_json

if TYPE_CHECKING:  # it loads what only a run needs
    from tasks.invoice import Change, Compared

File = Annotated[Path, typer.Argument(help="The invoice, CSV or JSON.", exists=True, dir_okay=False)]
Of = Annotated[str, typer.Option("--contract", help="The contract it is billed under.")]
Contract = Annotated[str, typer.Argument(help="The contract.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object.")]
STYLES = {"agreed": "green", "under_billed": "yellow", "missing": "yellow"}

app = typer.Typer(
    help="Compare a vendor's invoice with the books, book it, show and list what was booked.",
    no_args_is_help=True,
    add_completion=False,
)


@app.callback()
def _group() -> None:
    """Compare a vendor's invoice with the books, book it, show and list what was booked."""


@app.command(epilog="Example: rampart invoice check birch-2026-02.csv --contract dc-birch")
def check(file: File, *, contract: Of, as_json: AsJson = False) -> None:
    """Compare an invoice with the books, line by line; nothing is written."""
    from tasks.invoice import compare_invoice  # noqa: PLC0415 (it loads what only a run needs)
    from tasks.workspace import workspace  # noqa: PLC0415

    with workspace() as place:
        found = compare_invoice(place, contract, file.read_bytes(), str(file))
    _show(found.result, as_json)
    if not as_json:
        _say_twin(found)
    if found.booked and not as_json:
        console.print(f"It is booked by {safe(found.booked.booked_by)} as {found.booked}.")
    if found.result.differing:
        raise typer.Exit(int(Exit.DIFFERS))


@app.command(epilog='Example: rampart invoice book birch-2026-02.csv --contract dc-birch --by "A. Lead"')
def book(
    file: File,
    *,
    contract: Of,
    by: Annotated[str, typer.Option(help="Who books it.")],
    as_of: Annotated[str | None, typer.Option(help="Business time; default: now.")] = None,
) -> None:
    """Keep an invoice and book its comparison; what it bills is settled for later ones."""
    from tasks.invoice import take_invoice  # noqa: PLC0415 (it loads what only a run needs)
    from tasks.workspace import workspace  # noqa: PLC0415

    with workspace() as place:
        booked, found = take_invoice(place, contract, file.read_bytes(), str(file), by, moment(as_of))
    _show(found.result, as_json=False)
    _say_twin(found)
    if found.booked:
        console.print(
            f"{safe(contract)}: the same file was booked before, on {booked.as_of:%Y-%m-%d} by "
            f"{safe(booked.booked_by)}, as {booked}; nothing is written."
        )
    else:
        console.print(f"{_said(booked)}.")
    console.print(
        f"See what changes later: rampart invoice show {safe(contract)} {booked.invoice_id[:SHOWN]}"
    )


@app.command(epilog="Example: rampart invoice show dc-birch 5f2c")
def show(
    contract_id: Contract,
    invoice: Annotated[str, typer.Argument(help="Its id, or the first characters of it.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Show an invoice as it was booked, and what later judgements changed about it."""
    from tasks.invoice import booked_result, changes, compared_again  # noqa: PLC0415 (see above)
    from tasks.workspace import workspace  # noqa: PLC0415

    with workspace() as place:
        booked = invoice_named(place.books, contract_id, invoice)
        then, now = booked_result(place, booked), compared_again(place, booked).result
    if as_json:
        typer.echo(json.dumps({"booked": as_json_of(then), "now": as_json_of(now)}, indent=1))
        return
    _show(then, as_json=False)
    console.print(f"{_said(booked)}.")
    since = changes(then, now)
    console.print(_changes(since) if since else "Nothing has changed since.")


@app.command("list", epilog="Example: rampart invoice list dc-birch")
def every(
    contract_id: Contract,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON list.")] = False,
) -> None:
    """List the booked invoices of a contract."""
    from tasks.workspace import workspace  # noqa: PLC0415 (it loads what only a run needs)

    with workspace() as place:
        found = invoices(place.books, contract_id)
    if as_json:
        told = [{**asdict(one), "as_of": f"{one.as_of:%Y-%m-%dT%H:%M:%SZ}"} for one in found]
        typer.echo(json.dumps(told, indent=1, ensure_ascii=False))
        return
    if not found:
        console.print(f"{safe(contract_id)}: no invoice is booked.")
        return
    table = Table("invoice", "booked", "by", "lines", "differing", "file", box=None, header_style="bold")
    for one in found:
        shown = (one.invoice_id[:SHOWN], f"{one.as_of:%Y-%m-%d}", one.booked_by, str(one.lines))
        table.add_row(*map(safe, (*shown, str(one.differing), one.object_key)))
    console.print(table)


def as_json_of(result: Result) -> object:
    """A comparison as plain values."""
    return as_json(result)


def _show(result: Result, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(as_json_of(result), indent=1, ensure_ascii=False))
        return
    console.print(_lines(result.findings, f"Invoice {result.number}"))
    for one in result.findings:
        if one.status != "agreed":
            name = f"line {one.line}" if one.line else f"week {one.week} {one.kind}".rstrip()
            console.print(f"[bold]{safe(name)}[/]: {safe(one.reason)}", soft_wrap=True, highlight=False)
            if one.evidence:
                console.print(f"  evidence: {safe(one.evidence)}", soft_wrap=True, highlight=False)
    billed, supported = totals(result.findings)
    rest = unbilled(result.findings)
    console.print(
        f"billed {billed:,}; the books support {supported:,}; difference {billed - supported:,}"
        + (f"; {rest:,} is owed and not billed yet" if rest > 0 else "")
    )


def _say_twin(found: "Compared") -> None:
    if found.twin:
        twin, number = found.twin
        console.print(
            f"It bills just what {safe(number)} does, booked on {twin.as_of:%Y-%m-%d} by "
            f"{safe(twin.booked_by)} as {twin}."
        )


def _lines(found: Iterable[Finding], title: str) -> Table:
    table = Table(title=safe(title), title_justify="left")
    for name in ("line", "week", "unit kind", "status"):
        table.add_column(name)
    for name in ("billed", "owed", "difference"):
        table.add_column(name, justify="right")
    table.add_column("clause", overflow="fold")
    for one in found:
        status = f"[{STYLES.get(one.status, 'bold red')}]{one.status.replace('_', ' ')}[/]"
        kind = one.kind.replace("_", " ") or "-"
        difference = "-" if one.difference is None else f"{one.difference:+,} {safe(one.currency)}"
        amounts = (_amount(one.billed), _amount(one.booked), difference)
        table.add_row(safe(one.line) or "-", str(one.week), safe(kind), status, *amounts, safe(one.clause))
    return table


def _amount(of: Amount | None) -> str:
    return f"{of.units:,} = {of.amount:,}" if of else "-"


def _changes(since: "Iterable[Change]") -> Table:
    table = Table(title="Changed since it was booked", title_justify="left")
    for heading in ("line", "week", "unit kind", "then", "now"):
        table.add_column(heading)
    for one in since:
        found = one.now or one.then
        if found:
            name = (safe(found.line) or "-", str(found.week), safe(found.kind.replace("_", " ")) or "-")
            table.add_row(*name, _briefly(one.then), _briefly(one.now))
    return table


def _briefly(found: Finding | None) -> str:
    return f"{found.status.replace('_', ' ')}, owed {_amount(found.booked)}" if found else "-"


def _said(one: BookedInvoice) -> str:
    how = f"{one.differing} findings differ" if one.differing else "it agrees with the books"
    return f"{safe(one.contract_id)}: {one} is booked by {safe(one.booked_by)}; {how}"
