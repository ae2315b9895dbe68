"""`rampart contract show`: a contract's terms on one or two screens, for a vendor manager."""

from collections.abc import Iterator
from typing import Annotated

import typer
from rich.table import Table

from contracts.sheets.term_sheet import Line, TermSheet, term_sheet
from rampart.cli.exits import console
from rampart.cli.tables import safe
from rampart.cli.terms_named import terms_named
from rampart.specification.inert import markdown, markdown_code

WEEKS = ("week", "dates", "due", "phase", "units", "ceiling", "price", "breach")
_CLAUSE = 29  # columns for an address; longer ones fold
_RIGHT = ("week", "units", "ceiling", "price")
_STANDING = {"recorded": "yellow", "not billed": "bold red"}


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("show", epilog="Example: rampart contract show contracts/specs/demo/alder.odcs.yaml")(show)


def show(
    contract: Annotated[str, typer.Argument(help="A contract file, or ID or ID@VERSION on the books.")],
    as_markdown: Annotated[bool, typer.Option("--markdown", help="Markdown, for a mail or a wiki.")] = False,
) -> None:
    """Print a contract's term sheet: every line with its clause; `recorded` means nothing judges it yet."""
    terms, _ = terms_named(contract)
    sheet = term_sheet(terms)
    if as_markdown:
        typer.echo("\n".join(_markdown(sheet)))
        return
    console.print(f"[bold]{safe(sheet.title)}[/]")
    console.print(_weeks(sheet))
    for title, lines in sheet.sections:
        console.print(f"\n[bold]{title}[/]")
        console.print(_lines(lines))


def _below(sheet: TermSheet) -> str:
    return f"Due in {sheet.timezone}. Prices in {sheet.currency}, less discount. Breach: of the ceiling."


def _row(sheet: TermSheet) -> Iterator[tuple[str, ...]]:
    for week in sheet.weeks:
        units = f"{week.units:,}"
        yield (
            str(week.week),
            week.dates,
            week.due,
            week.phase,
            units,
            week.ceiling,
            week.price,
            week.on_breach,
        )


def _weeks(sheet: TermSheet) -> Table:
    table = Table(box=None, padding=(0, 1, 0, 0), caption=_below(sheet))
    table.caption_justify = "left"
    for name in WEEKS:
        table.add_column(
            name,
            justify="right" if name in _RIGHT else "left",
            header_style="dim",
            no_wrap=name in ("dates", "due"),
        )
    for row in _row(sheet):
        table.add_row(*map(safe, row))
    return table


def _lines(lines: tuple[Line, ...]) -> Table:
    table = Table.grid(padding=(0, 1, 0, 0))
    table.add_column(width=18, overflow="fold")
    table.add_column(width=min(60, console.width - 18 - _CLAUSE - 3), overflow="fold")
    table.add_column(width=_CLAUSE, style="dim", overflow="fold")
    what = ""
    for line in lines:
        mark = f" [{_STANDING[line.standing]}]{line.standing}[/]" if line.standing else ""
        table.add_row("" if line.what == what else safe(line.what), safe(line.says) + mark, safe(line.clause))
        what = line.what
    return table


def _markdown(sheet: TermSheet) -> Iterator[str]:
    yield f"# {markdown(sheet.title)}\n"
    yield f"| {' | '.join(WEEKS)} |\n|{' --- |' * len(WEEKS)}"
    for row in _row(sheet):
        yield f"| {' | '.join(map(markdown, row))} |"
    yield f"\n{markdown(_below(sheet))}"
    for title, lines in sheet.sections:
        yield f"\n## {title}\n\n| term | says | clause |\n| --- | --- | --- |"
        for line in lines:
            mark = f" ({line.standing})" if line.standing else ""
            cells = (
                markdown(line.what),
                markdown(line.says) + mark,
                markdown_code(line.clause, in_table=True),
            )
            yield f"| {' | '.join(cells)} |"
