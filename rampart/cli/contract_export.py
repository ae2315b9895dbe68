"""`rampart contract export`: plain ODCS, JSON, or the specification a vendor delivers by."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from contracts.model import Contract
from contracts.reading.document import read_document
from contracts.sheets.export import contract_json, odcs_yaml
from rampart.cli.exits import Exit, errors, stop
from rampart.cli.tables import safe
from rampart.cli.terms_named import terms_named

As = Literal["odcs", "json", "delivery"]
Format = Literal["html", "markdown"]


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
    page: Annotated[Format, typer.Option("--format", help="Of the delivery specification.")] = "html",
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
    if sample and kind != "delivery":
        raise stop(
            Exit.USAGE, "--sample is for the delivery specification. Fix: say --as delivery, or leave it"
        )
    terms, file = terms_named(contract)
    match kind:
        case "odcs":
            document = read_document(file.read_bytes(), str(file)).values if file else None
            text = odcs_yaml(terms, document)
        case "json":
            text = contract_json(terms) + "\n"
        case "delivery":
            text = _specification(terms, page, tuple(sample or ()))
    if out is None:
        typer.echo(text, nl=False)
        return
    out.write_text(text, encoding="utf-8")
    errors.print(f"{safe(str(out))} written", highlight=False)


def _specification(terms: Contract, page: Format, sample: tuple[Path, ...]) -> str:
    from quality.gates.record import Earlier, gate_records  # noqa: PLC0415 (polars and pyarrow take a while)
    from rampart.specification.example_rows import WEEK, made_examples  # noqa: PLC0415
    from rampart.specification.example_sample import sampled_examples  # noqa: PLC0415
    from rampart.specification.pages import html_page, markdown_page  # noqa: PLC0415
    from rampart.specification.specification import specification  # noqa: PLC0415

    def keep(records: object) -> list[bool]:
        masks = gate_records(records, terms, WEEK, Earlier()).masks
        return [mask == 0 for mask in masks]

    examples = sampled_examples(terms, sample, keep) if sample else made_examples(terms, keep)
    if examples.problem:
        errors.print(f"[yellow]note[/] no example is shown: {safe(examples.problem)}", highlight=False)
    document = specification(terms, examples)
    return html_page(document) if page == "html" else markdown_page(document)
