"""`rampart contract export`: plain ODCS, JSON, or the specification a vendor delivers by."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from contracts.model import Contract
from contracts.reading.document import read_document
from contracts.sheets.export import contract_json, odcs_yaml
from rampart.cli.exits import Exit, errors, stop
from rampart.cli.tables import safe
from rampart.cli.terms_named import terms_named

if TYPE_CHECKING:
    from pyarrow import Table

As = Literal["odcs", "json", "delivery"]
Format = Literal["html", "markdown"]
_UNFIT_NAMED = 10  # rows of a sample that do not fit, named one by one


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command(
        "export",
        epilog="Example: rampart contract export alder.odcs.yaml --as delivery --out alder-deliveries.html",
    )(export)


def export(
    contract: Annotated[str, typer.Argument(help="A contract file, or ID or ID@VERSION on the books.")],
    kind: Annotated[As, typer.Option("--as", help="What to write.")],
    *,
    out: Annotated[Path | None, typer.Option(help="File to write; default: standard output.")] = None,
    page: Annotated[
        Format | None, typer.Option("--format", help="Of the delivery specification; default: html.")
    ] = None,
    sample: Annotated[
        list[Path] | None,
        typer.Option(
            help="Real files to take the examples from, judgements first.", exists=True, dir_okay=False
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite the file.")] = False,
) -> None:
    """Write a contract for others. Nothing a contract names is opened or fetched."""
    if out is not None and out.exists() and not force:
        raise stop(Exit.USAGE, f"{out}: exists already. Fix: name another file, or say --force")
    if kind != "delivery" and (sample or page):
        name = "--sample" if sample else "--format"
        raise stop(
            Exit.USAGE, f"{name} is for the delivery specification. Fix: say --as delivery, or leave it"
        )
    terms, file = terms_named(contract)
    match kind:
        case "odcs":
            document = read_document(file.read_bytes(), str(file)).values if file else None
            text = odcs_yaml(terms, document)
        case "json":
            text = contract_json(terms) + "\n"
        case "delivery":
            text = _specification(terms, page or "html", tuple(sample or ()))
    if out is None:
        typer.echo(text, nl=False)
        return
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        why, fix = error.strerror or error, "name a file in a folder you may write to"
        raise stop(Exit.USAGE, f"{out} cannot be written ({why}). Fix: {fix}") from error
    errors.print(f"{safe(str(out))} written", highlight=False)


def _specification(terms: Contract, page: Format, sample: tuple[Path, ...]) -> str:
    from quality.gates.record.judging import gate_records  # noqa: PLC0415 (polars and pyarrow take a while)
    from quality.gates.record.repeats import Earlier  # noqa: PLC0415
    from rampart.specification.example_rows import WEEK, made_examples  # noqa: PLC0415
    from rampart.specification.example_sample import sampled_examples  # noqa: PLC0415
    from rampart.specification.pages import html_page, markdown_page  # noqa: PLC0415
    from rampart.specification.specification import specification  # noqa: PLC0415

    def judge(records: "Table") -> Sequence[int]:
        return gate_records(records, terms, WEEK, Earlier()).masks.to_list()

    examples = sampled_examples(terms, sample, judge) if sample else made_examples(terms, judge)
    for passed_over in examples.unfit[:_UNFIT_NAMED]:
        errors.print(f"[yellow]note[/] not shown: {safe(passed_over)}", highlight=False, soft_wrap=True)
    if more := len(examples.unfit[_UNFIT_NAMED:]):
        errors.print(f"[yellow]note[/] not shown: {more} more rows", highlight=False)
    if examples.problem:
        errors.print(
            f"[yellow]note[/] no example is shown: {safe(examples.problem)}", highlight=False, soft_wrap=True
        )
    document = specification(terms, examples)
    return html_page(document) if page == "html" else markdown_page(document)
