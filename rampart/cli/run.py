"""`rampart run`: one contract file, one delivery, the whole walk."""

import json
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from contracts.load import load_contract
from contracts.model import Contract
from quality.verdict import Verdict
from rampart.cli.exits import Exit, console, stop
from rampart.cli.home import refuse_demo_home
from rampart.cli.running import flows_here, moment
from rampart.cli.tables import discard_table, money_table, ramp_table, rm_table, safe, state_of, verdict_table

SHOWN = 5  # unreadable lines printed
UNJUDGED = ("absent", "refused", "busy")


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command(epilog="Example: rampart run contracts/specs/examples/llmfao.odcs.yaml --from ~/data/llmfao")(
        run
    )


def run(
    spec: Annotated[Path, typer.Argument(help="The contract file; it comes into force.")],
    source: Annotated[
        str | None,
        typer.Option(
            "--from", help="Folder or s3:// address of the delivery; default: the vendor's in the drop."
        ),
    ] = None,
    *,
    redelivery: Annotated[
        bool,
        typer.Option(
            "--redelivery", help="It replaces the delivery on the books (where no manifest can say so)."
        ),
    ] = False,
    week: Annotated[int, typer.Option(help="Contract week, from 1.")] = 1,
    as_of: Annotated[str | None, typer.Option(help="Business time of the run; default: now.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Judge one delivery by a contract file, book it, and retrain when it was accepted."""
    at = moment(as_of)
    refuse_demo_home()
    contract = load_contract(spec)
    if week not in contract.ramp.weeks:
        raise stop(Exit.USAGE, f"--week {week}: {spec} has weeks 1 to {contract.term.weeks}")
    if source and "://" not in source and not Path(source).is_dir():
        raise stop(
            Exit.REFUSED, f"--from {source}: no such folder. Fix: give the folder that holds the files"
        )
    _agree(spec, contract, week, at)
    with flows_here(f"judging {contract.contract_id} week {week}") as stage:
        from flows.process_delivery import process_delivery  # noqa: PLC0415
        from flows.retrain import retrain  # noqa: PLC0415

        folder = source if source is None or "://" in source else str(Path(source).absolute())
        stage.ready()
        outcome = process_delivery(contract.contract_id, week, at, source=folder, redelivery=redelivery)
        retrain(at, contract.program)
    verdicts = () if outcome.state in UNJUDGED else _verdicts(contract.contract_id, week)
    if as_json:
        typer.echo(
            json.dumps({**asdict(outcome), "verdicts": [asdict(found) for found in verdicts]}, indent=1)
        )
    elif outcome.state == "busy":
        console.print(f"busy: {safe(outcome.reason)}; run it again when that one is done", soft_wrap=True)
    elif verdicts:
        console.print(verdict_table(verdicts))
        if verdicts:
            _show_lost(contract.contract_id, week)
        _show(contract.contract_id, contract.program)
        console.print(f"{state_of(outcome.state)}: {safe(outcome.reason)}", soft_wrap=True)
    if outcome.state == "absent":
        where = source or f"{contract.inbox(week)} of the drop"
        wanted = contract.delivery.rows.path
        raise stop(
            Exit.REFUSED,
            f"{where} holds no complete delivery; the contract reads {wanted!r} there. {outcome.reason}",
        )
    if outcome.state == "refused":
        raise stop(Exit.REFUSED, outcome.reason)


def _agree(spec: Path, contract: Contract, week: int, at: datetime) -> None:
    """Put the contract on the books; it is refused where another version judges `week`."""
    from tasks.workspace import must_be_in_force, put_in_force, workspace  # noqa: PLC0415

    with workspace() as place:
        put_in_force(spec.read_bytes(), str(spec), place, at)
        must_be_in_force(contract, week, place)


def _verdicts(contract_id: str, week: int) -> tuple[Verdict, ...]:
    from rampart.ledger.engine import open_ledger  # noqa: PLC0415
    from rampart.ledger.read import batch_detail  # noqa: PLC0415
    from rampart.settings import Settings  # noqa: PLC0415

    books = open_ledger(Settings().ledger_url)
    found = batch_detail(books, contract_id, week).verdicts
    books.dispose()
    return found


def _show_lost(contract_id: str, week: int) -> None:
    """The first unreadable lines with what was expected there, and where the vendor's pack lies."""
    from rampart.delivery.tables import fetch_table  # noqa: PLC0415
    from rampart.ledger.engine import open_ledger  # noqa: PLC0415
    from rampart.ledger.read import batch_detail  # noqa: PLC0415
    from rampart.settings import Settings  # noqa: PLC0415
    from tasks.workspace import store_at  # noqa: PLC0415

    settings = Settings()
    books, store = open_ledger(settings.ledger_url), store_at(settings.store_uri, settings)
    artefacts = batch_detail(books, contract_id, week).artefacts
    books.dispose()
    lost = fetch_table(store, artefacts["quarantined"])
    for row in lost.slice(0, SHOWN).to_pylist():
        place = f"{row['source_file']} line {row['source_line']}"
        console.print(f"unreadable: {safe(place)}: {safe(row['problem'])}", soft_wrap=True, highlight=False)
    if lost.num_rows > SHOWN:
        console.print(
            f"… and {lost.num_rows - SHOWN:,} more in {safe(store.uri(artefacts['pack/quarantined.jsonl']))}"
        )
    console.print(
        f"feedback pack: {safe(store.uri(artefacts['pack/summary.md']))}", soft_wrap=True, highlight=False
    )


def _show(contract_id: str, program: str) -> None:
    from rampart.ledger.engine import open_ledger  # noqa: PLC0415
    from rampart.ledger.read import money_rows, ramp_rows, rm_rows  # noqa: PLC0415
    from rampart.settings import Settings  # noqa: PLC0415

    books = open_ledger(Settings().ledger_url)
    rows = ramp_rows(books, contract_id=contract_id)
    console.print(ramp_table(rows))
    if any(row.reasons for row in rows):
        console.print(discard_table(rows))
    console.print(money_table(money_rows(books, contract_id=contract_id)))
    console.print(rm_table(rm_rows(books, program)))
    books.dispose()
