"""`rampart review`: people look at a sample of what was accepted, and their verdicts decide by a plan."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from rampart.cli.exits import Exit, console, stop
from rampart.cli.known import must_know_contract
from rampart.cli.running import moment
from rampart.cli.tables import rate, safe
from rampart.cli.weeks import Week
from rampart.ledger.review_events import SHOWN, Review
from rampart.ledger.reviews import every_review_of, reviews

Contract = Annotated[str, typer.Argument(help="The contract.")]
AsOf = Annotated[str | None, typer.Option(help="Business time; default: now.")]
MOST_SHOWN = 50  # rows in a table; --json gives all
STATUS = {
    "pass": "[green]the plan accepts[/]",
    "fail": "[bold red]the plan fails[/]",
    "undecided": "[yellow]not decided yet[/]",
    "drawn": "drawn, not read back",
    "read": "read; no plan was asked for",
}

app = typer.Typer(
    help="Draw a sample for people to judge, read their verdicts back, and show what they found.",
    no_args_is_help=True,
    add_completion=False,
)


@app.callback()
def _group() -> None:
    """Draw a sample for people to judge, read their verdicts back, and show what they found."""


@app.command(epilog="Example: rampart review draw dc-birch 3 --out birch-week-03.csv")
def draw(
    contract_id: Contract,
    week: Week,
    *,
    out: Annotated[Path, typer.Option(help="The sheet to write (CSV); its texts go beside it as HTML.")],
    size: Annotated[
        int | None,
        typer.Option(min=1, max=1_000_000, help="Accepted records in all; default: the contract's."),
    ] = None,
    discarded: Annotated[
        int | None, typer.Option(min=0, max=1_000_000, help="Discarded records among them.")
    ] = None,
    rest: Annotated[bool, typer.Option("--rest", help="All that no sheet of this judgement holds.")] = False,
    as_of: AsOf = None,
) -> None:
    """Draw the sample of a judged week, once, and write the sheet that reviewers fill in."""
    from tasks.review import Wanted, draw_review  # noqa: PLC0415 (it loads what only a run needs)
    from tasks.workspace import workspace  # noqa: PLC0415

    page = out.with_suffix(".html")
    if out.suffix.lower() == ".html":
        raise stop(
            Exit.USAGE, f"--out {out} is the name of the page; give the sheet another, such as sheet.csv"
        )
    with workspace() as place:
        drawn = draw_review(place, contract_id, week, Wanted(size, discarded, rest), moment(as_of))
    if out.exists() and out.read_bytes() != drawn.sheet:
        raise stop(Exit.USAGE, f"{out} is there already and may hold verdicts; give --out another name")
    out.write_bytes(drawn.sheet)
    if drawn.page is not None:
        page.write_bytes(drawn.page)
    found = drawn.review
    console.print(f"{_named(found)}: {found.records:,} records to judge, of {found.lot:,} accepted.")
    if found.n:
        console.print(
            f"The plan: {found.n:,} of them, drawn at random, with at most {found.accept:,} defects."
        )
    console.print(f"Fill in:    {safe(str(out))}{f' (texts: {safe(str(page))})' if drawn.page else ''}")
    console.print(f"Read back:  rampart review read {safe(str(out))} --by NAME")


@app.command(epilog='Example: rampart review read birch-week-03.csv --by "R. Okafor"')
def read(
    file: Annotated[Path, typer.Argument(help="The filled-in sheet (CSV).", exists=True, dir_okay=False)],
    *,
    by: Annotated[str, typer.Option(help="Who reviewed it.")],
    partial: Annotated[bool, typer.Option("--partial", help="Take the verdicts that are there.")] = False,
    as_of: AsOf = None,
) -> None:
    """Read a filled-in sheet back, judge by the plan what is known now, and book it."""
    from quality.sampling.sheet_reading import SheetError  # noqa: PLC0415 (it loads what only a run needs)
    from tasks.review_reading import read_review  # noqa: PLC0415
    from tasks.workspace import workspace  # noqa: PLC0415

    with workspace() as place:
        try:
            back = read_review(place, file.read_bytes(), str(file), by, moment(as_of), partial)
        except SheetError as error:
            raise stop(Exit.REFUSED, *error.sentences) from error
    _print(back.review, back.result)
    if back.review.status == "fail" and back.review.verdict and back.review.verdict.consequence != "none":
        console.print(
            "The next reconciliation judges the week anew with this verdict, which holds it for a person; "
            "`rampart reconcile` does it now."
        )


@app.command(epilog="Example: rampart review show dc-birch 3")
def show(
    contract_id: Contract,
    week: Week,
    *,
    rows: Annotated[bool, typer.Option("--rows", help="List the rows behind the figures.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON list, with every row.")] = False,
) -> None:
    """Show what the reviews of a week have found."""
    from tasks.review_reading import result_of  # noqa: PLC0415 (it loads what only a run needs)
    from tasks.workspace import workspace  # noqa: PLC0415

    with workspace() as place:
        found = [(one, result_of(place, one)) for one in reviews(place.books, contract_id, week)]
    if as_json:
        typer.echo(json.dumps([{**_booked(one), "result": result} for one, result in found], indent=1))
        return
    if not found:
        raise stop(
            Exit.LEDGER, f"no review of {contract_id} week {week}; draw one with `rampart review draw`"
        )
    for one, result in found:
        _print(one, result)
        if rows and result:
            console.print(_rows(result))


@app.command("list", epilog="Example: rampart review list")
def every(contract_id: Annotated[str | None, typer.Argument(help="Only this contract.")] = None) -> None:
    """List every review, and what came of it."""
    from tasks.workspace import workspace  # noqa: PLC0415 (it loads what only a run needs)

    with workspace() as place:
        found = every_review_of(place.books, contract_id)
        if not found:
            must_know_contract(place.books, contract_id)
    if not found:
        console.print("Nothing was drawn for review.")
        return
    table = Table("review", "contract", "week", "records", "left", "status", box=None, header_style="bold")
    for one in found:
        shown = (one.review_id[:SHOWN], safe(one.contract_id), str(one.week), f"{one.records:,}")
        table.add_row(*shown, f"{one.left:,}", STATUS[one.status])
    console.print(table)


def _named(one: Review) -> str:
    kind = ", all that was left" if one.rest else ""
    return f"{safe(one.contract_id)} week {one.week}, {one}{kind}"


def _booked(one: Review) -> dict[str, Any]:
    about = {"review": one.review_id, "contract_id": one.contract_id, "week": one.week, "rest": one.rest}
    sizes = {"records": one.records, "lot": one.lot, "n": one.n, "accept": one.accept, "left": one.left}
    kept = {"sheet_key": one.sheet_key, "design_key": one.design_key, "seed": one.seed}
    return {**about, **sizes, **kept, "status": one.status, "read_by": [each.by for each in one.readings]}


def _print(one: Review, result: dict[str, Any]) -> None:
    console.print(f"{_named(one)}: {STATUS[one.status]}.")
    if not result or not one.last:
        console.print(f"{one.records:,} records were drawn of {one.lot:,}; nothing was read back.")
        return
    if one.verdict:
        console.print(safe(one.verdict.reason), soft_wrap=True)
    console.print(safe(result["rate"]["reason"]), soft_wrap=True)
    console.print(_strata(result))
    if curve := result["curve"]:
        risk, limit, limiting = curve["producer_risk"], curve["aql"], curve["limiting_quality"]
        console.print(
            f"Such a plan rejects {risk:.1%} of batches at {limit:.2%} defective (producer's risk), and "
            f"accepts 10 % of those at {limiting:.1%} (consumer's risk)."
        )
    if (lost := result["discarded"])["judged"]:
        told = rate(lost["share"], lost["low"], lost["high"])
        console.print(f"Of {lost['judged']:,} discarded records {lost['fit']:,} are fit: {told}.")
    if kinds := result["kinds"]:
        console.print(f"Kinds of defect: {safe(', '.join(f'{kind} {count:,}' for kind, count in kinds))}.")
    if (shared := result["agreement"])["items"]:
        ac1 = "" if shared["ac1"] is None else f", Gwet's AC1 {shared['ac1']:.2f}"
        split = f"; they differ on {safe(', '.join(result['split'][:10]))}" if result["split"] else ""
        console.print(
            f"Reviewers agree in {shared['raw']:.1%} of pairs on {shared['items']:,} records{ac1}{split}."
        )
    if one.left:
        console.print(f"{one.left:,} records still want a verdict.")


def _strata(result: dict[str, Any]) -> Table:
    table = Table("stratum", box=None, header_style="bold")
    for name in ("accepted", "drawn", "reviewed", "defective", "share (95 %)"):
        table.add_column(name, justify="right")
    for one in result["strata"]:
        found = one["found"]
        counts = (found[name] for name in ("size", "drawn", "reviewed", "defects"))
        table.add_row(found["name"], *map("{:,}".format, counts), rate(one["share"], one["low"], one["high"]))
    return table


def _rows(result: dict[str, Any]) -> Table:
    """Defective and doubtful rows first; the record's id leads on to `rampart why`."""
    table = Table("item", "record", "row", "drawn for", "verdict", box=None, header_style="bold")
    order = {"defect": 0, "unsure": 1, "ok": 2}
    found = sorted(result["rows"], key=lambda row: (order[row["verdict"]], row["item"]))
    for row in found[:MOST_SHOWN]:
        table.add_row(row["item"], safe(row["record_id"]), f"{row['row']:,}", row["part"], row["verdict"])
    if len(found) > MOST_SHOWN:
        table.caption = f"and {len(found) - MOST_SHOWN:,} more; --json gives all"
    return table
