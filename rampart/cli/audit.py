"""`rampart audit`: what the preferences in a vendor's files go along with, by whom, and how sure."""

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from contracts.load import load_contract
from contracts.model import Contract
from quality.audits.every import Beside
from quality.report.build import audit_report
from quality.report.canonical import as_json, plain
from rampart.cli.accepted import accepted
from rampart.cli.exits import Exit, console, stop
from rampart.cli.tables import STATUS_STYLE, safe
from rampart.cli.written import refuse_existing, write
from rampart.delivery.groups import read_groups
from rampart.delivery.trial import TRIAL_KEY
from rampart.judge.asking import judged
from rampart.judge.endpoint import JudgeError, endpoint
from rampart.records.comparisons import comparisons
from rampart.settings import Settings
from rampart.showing.audit_page import audit_html
from rampart.showing.audit_view import AuditView, Told, audit_view

SHOWN_PEOPLE = 10


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    example = "rampart audit votes.csv pairs.jsonl --contract contracts/specs/examples/llmfao.odcs.yaml"
    app.command("audit", epilog=f"Example: {example}")(audit)


def audit(
    files: Annotated[
        list[Path], typer.Argument(help="Files of one delivery, or the folder that holds them.")
    ],
    contract: Annotated[Path, typer.Option("--contract", "-c", help="The contract file.")],
    week: Annotated[int, typer.Option(help="Contract week whose terms the gates take.")] = 1,
    html: Annotated[
        Path | None, typer.Option(dir_okay=False, help="Write the report to this file, to be read.")
    ] = None,
    people: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="CSV: annotator_id and columns of groups to compare."),
    ] = None,
    *,
    judge: Annotated[
        bool, typer.Option("--judge", help="Ask the model at RAMPART_JUDGE_URL about every pair, both ways.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Overwrite the file.")] = False,
    as_report: Annotated[bool, typer.Option("--json", help="The whole report as one JSON object.")] = False,
) -> None:
    """Read files by a contract and say what their preferences go along with. No books are touched."""
    terms = load_contract(contract)
    if week not in terms.ramp.weeks:
        raise stop(Exit.USAGE, f"--week {week}: {contract} has weeks 1 to {terms.term.weeks}")
    if html is not None:
        refuse_existing([html], "file", force=force)
    kept = accepted(files, terms, week)
    beside = Beside(
        people=None if people is None else _groups(people, terms, kept),
        judge=_judged(kept) if judge else None,
    )
    report = audit_report(kept, terms, week, beside=beside)
    told = plain(report)
    if html is not None:
        write({html: audit_html(told)})
    if as_report:
        typer.echo(as_json(report), nl=False)
    else:
        _print(audit_view(told))


def _groups(people: Path, terms: Contract, records: Any) -> Any:
    """Who belongs to which group; a table that knows nobody of these files is a mistake."""
    found = read_groups(people.read_bytes(), str(people), terms.vendor.id, TRIAL_KEY)
    if set(found["annotator_id"]).isdisjoint(records["annotator_id"].to_pylist()):
        problem = f"none of the {found.height:,} annotators in {people} made a judgement of these files"
        raise stop(Exit.USAGE, f"--people: {problem}; annotator_id must be the vendor's own id")
    return found


def _judged(records: Any) -> Any:
    """What the model that is set up says of every comparison."""
    chosen = Settings()
    if not (chosen.judge_url and chosen.judge_model):
        raise stop(Exit.USAGE, "--judge: set RAMPART_JUDGE_URL and RAMPART_JUDGE_MODEL to the model to ask")
    key = chosen.judge_key.get_secret_value() if chosen.judge_key else None
    try:
        return judged(comparisons(records), endpoint(chosen.judge_url, chosen.judge_model, key))
    except JudgeError as error:
        raise stop(Exit.REFUSED, f"{error}; nothing was audited") from error


def say(text: str) -> None:
    """Print a line: words of ours in colour, words of a vendor as they are."""
    console.print(text, highlight=False)


def _print(view: AuditView) -> None:
    report = view.report
    facts = report["facts"]
    say(
        f"[bold]{safe(facts['vendor'])}[/] week {facts['week']}: {facts['records']:,} judgements, "
        f"{facts['comparisons']:,} comparisons, {facts['annotators']:,} annotators, "
        f"{facts['prompts']:,} prompts"
    )
    if view.first:
        console.print(_first(view.first))
    _print_people(view)
    found = len(view.shown_slices)
    say(f"slices: {found:,} of {len(report['slices']):,} differ from the rest")
    own = report["own"]
    say(safe(own["reason"]) if own else "no feature could be judged: false alarms and power are not known")
    if report["facts"]["sampled"]:
        say(safe(report["facts"]["sampled"]["reason"]))
    _print_counts(view)


def _first(rows: tuple[Told, ...]) -> Table:
    table = Table(title="To look at first", title_justify="left")
    for name in ("what", "status"):
        table.add_column(name)
    for name in ("figure (95 %)", "q"):
        table.add_column(name, justify="right")
    table.add_column("why", overflow="fold")
    for row in rows:
        table.add_row(
            safe(row["metric"].replace("_", " ")),
            f"[{STATUS_STYLE[row['status']]}]{row['status']}[/]",
            _figure(row),
            "-" if row["q"] is None else f"{row['q']:.2g}",
            safe(row["reason"]),
        )
    return table


def _figure(row: Told) -> str:
    if row["observed"] is None:
        return "-"
    interval = (
        "" if row["low"] is None or row["high"] is None else f" ({row['low']:.3f} to {row['high']:.3f})"
    )
    return f"{row['observed']:.3f}{interval}"


def _print_people(view: AuditView) -> None:
    shown = view.shown_people
    for row in shown[:SHOWN_PEOPLE]:
        tier = "[bold]would bear a consequence[/]" if row["sanction"] else "look"
        say(f"  {safe(row['annotator_id'])} ({tier}): {safe(row['sentence'])}")
    if len(shown) > SHOWN_PEOPLE:
        say(f"  … and {len(shown) - SHOWN_PEOPLE:,} more")
    joined = view.report["people"]["joined"]
    if joined and joined["items"]:
        say(safe(joined["sentence"]))


def _print_counts(view: AuditView) -> None:
    summary = view.report["summary"]
    say(
        f"[green]{summary['pass']:,} passed[/], {summary['not_identifiable']:,} not identifiable, "
        f"[dim]{summary['not_testable']:,} not testable[/]"
    )
    lacking = ", ".join(f"{field} ({len(rows):,})" for field, rows in view.lacking)
    if lacking:
        say(f"missing fields, and how many answers each costs: {safe(lacking)}")
