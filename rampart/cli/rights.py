"""`rampart rights`: what may be done with delivered data and reward models, and which clause forbids it."""

import json
from collections.abc import Callable
from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.table import Table

from rampart.cli.exits import Exit, console, stop
from rampart.cli.known import must_know_program
from rampart.cli.running import moment
from rampart.cli.tables import safe
from rampart.ledger.rights.judgement import Answer, Use
from rampart.settings import Settings

ONE_COLUMN: tuple[tuple[Use, str], ...] = (
    ("train", "train"),
    ("evaluate", "evaluate"),
    ("release_data", "release"),
    ("release_models", "release"),
)


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command(epilog="Example: rampart rights --program rm-refresh --model 4 --json")(rights)


def rights(
    *,
    program: Annotated[str | None, typer.Option(help="Only this programme.")] = None,
    model: Annotated[
        str | None, typer.Option(metavar="RUN_OR_VERSION", help="Only this reward model: its run or number.")
    ] = None,
    contract: Annotated[str | None, typer.Option(help="Only the data of this contract.")] = None,
    as_of: Annotated[str | None, typer.Option(help="Business time; default: now.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON list.")] = False,
) -> None:
    """Say what may be trained, evaluated and released, until when it may be kept, and what forbids it."""
    found = _answers(program, model, contract, as_of)
    if as_json:
        typer.echo(json.dumps([plain(answer) for answer in found], indent=1, default=str))
        return
    if not found:
        console.print("Nothing was judged or trained yet.")
        return
    table = Table(title="What may be done", title_justify="left")
    for name in ("data or model", "train", "evaluate", "release", "keep until", "because"):
        table.add_column(name, overflow="fold")
    for answer in found:
        table.add_row(*_row(answer))
    console.print(table)
    console.print("Clauses: `rampart contract show CONTRACT`; what a model was trained on: --json, evidence.")


def plain(answer: Answer) -> dict[str, Any]:
    """An answer as JSON values: each use with its yes or no, and every ban."""
    return {**asdict(answer), "may": {use: answer.may(use) for use in answer.uses}}


def _answers(
    program: str | None, model: str | None, contract: str | None, as_of: str | None
) -> tuple[Answer, ...]:
    from contracts.load import parse_contract  # noqa: PLC0415
    from rampart.ledger.engine import open_ledger  # noqa: PLC0415
    from rampart.ledger.rights.lineage import Lineage, held_batches, models_named  # noqa: PLC0415
    from tasks.workspace import contract_key, store_at  # noqa: PLC0415

    if model is not None and contract is not None:
        raise stop(Exit.USAGE, "--model and --contract ask for different things; give one of them")
    settings = Settings()
    books, store = open_ledger(settings.ledger_url), store_at(settings.store_uri, settings)
    try:
        batches = () if model else held_batches(books, program=program, contract_id=contract)
        models = () if contract else models_named(books, program=program, model=model)
        if model and len(models) != 1:
            known = ", ".join(f"{m.program} v{m.version}" for m in models_named(books, program=program))
            how = "several reward models" if models else "no reward model"
            raise stop(
                Exit.LEDGER, f"{model!r} names {how}; add --program, or name one of: {known or 'none'}"
            )
        if not batches and not models:
            must_know_program(books, program)
        if contract and not batches:
            raise stop(Exit.LEDGER, f"nothing of a contract {contract!r} was judged; see `rampart status`")
        lineage = Lineage(books, _reading(parse_contract, store.get, contract_key), moment(as_of))
        return (*lineage.batches(batches), *(lineage.model(one, store.get) for one in models))
    finally:
        books.dispose()


def _reading(
    parse: Callable[[bytes, str], Any], get: Callable[[str], bytes], key_of: Callable[[str], str]
) -> Callable[[str], Any]:
    """Terms by digest, each version parsed once."""
    known: dict[str, Any] = {}

    def terms(digest: str) -> Any:
        if digest not in known:
            known[digest] = parse(get(key_of(digest)), digest)
        return known[digest]

    return terms


def _row(answer: Answer) -> tuple[str, ...]:
    said = {column: _word(answer, use) for use, column in ONE_COLUMN if use in answer.uses}
    return (
        safe(answer.subject),
        *(said[column] for column in ("train", "evaluate", "release")),
        _kept(answer),
        "\n".join(safe(line) for line in answer.because),
    )


def _word(answer: Answer, use: Use) -> str:
    if answer.unknown:
        return "[yellow]unknown[/]"
    return "[green]yes[/]" if answer.may(use) else "[bold red]no[/]"


def _kept(answer: Answer) -> str:
    if answer.kind == "batch" and answer.deleted:
        return "deleted"
    if answer.keep is None:
        return "no limit"
    day = f"{answer.keep.day} ({answer.keep.clause})"
    return f"[bold red]{day}, overdue[/]" if answer.keep.overdue else day
