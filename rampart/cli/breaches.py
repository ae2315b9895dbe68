"""`rampart breaches`: every clause of a contract that failed, and a file that proves it."""

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from rampart.cli.exits import Exit, console, stop
from rampart.cli.tables import safe, state_of
from rampart.cli.written import refuse_existing, write
from rampart.showing.words import figure

if TYPE_CHECKING:  # loaded by the command, as it brings what only a run needs
    from rampart.ledger.evidence_file.contents import Breach


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command(epilog="Example: rampart breaches dc-birch --evidence birch.zip")(breaches)


def breaches(
    contract_id: Annotated[str, typer.Argument(metavar="CONTRACT", help="The contract.")],
    evidence: Annotated[
        Path | None, typer.Option(dir_okay=False, metavar="OUT.zip", help="Write the evidence file.")
    ] = None,
    *,
    with_records: Annotated[
        bool, typer.Option("--with-records", help="Put the texts of discarded records into it.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Overwrite the file.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON list.")] = False,
) -> None:
    """List every clause that failed, by week and judgement, with what a person decided and the money."""
    from rampart.ledger.evidence_file.contents import told  # noqa: PLC0415 (what only a run needs)
    from tasks.breaches import breach_log, evidence_file  # noqa: PLC0415
    from tasks.workspace import workspace  # noqa: PLC0415

    if with_records and evidence is None:
        raise stop(Exit.USAGE, "--with-records is about the evidence file. Fix: add --evidence OUT.zip")
    if evidence is not None:
        refuse_existing([evidence], "file", force=force)
    with workspace() as place:
        log = breach_log(place, contract_id)
        data = None if evidence is None else evidence_file(place, contract_id, with_records=with_records)
    if as_json:
        typer.echo(json.dumps([told(one) for one in log], indent=1))
    elif log:
        console.print(_table(log))
    else:
        console.print(f"{safe(contract_id)}: no clause has failed.")
    if evidence is not None and data is not None:
        write({evidence: data})
        digest = hashlib.sha256(data).hexdigest()
        typer.echo(
            f"{evidence}: {len(data):,} bytes, SHA-256 {digest}; INDEX.txt in it says how to check it",
            err=True,
        )


def _table(log: "tuple[Breach, ...]") -> Table:
    vendor, contract = log[0].row.contract.vendor_name, log[0].row.contract.contract_id
    table = Table(title=f"Breaches of {safe(contract)} by {safe(vendor)}", title_justify="left")
    for name in ("week", "clause", "observed (95 %)", "asked", "n", "so", "money and decision"):
        table.add_column(name, overflow="fold")
    for one in log:
        table.add_row(*_cells(one))
    return table


def _cells(one: "Breach") -> tuple[str, ...]:
    from rampart.ledger.evidence_file.contents import money_said  # noqa: PLC0415 (what only a run needs)

    row, verdict = one.row, one.row.verdict
    metric, spec = verdict.spec.metric, verdict.spec
    interval = (
        ""
        if verdict.low is None or verdict.high is None
        else f" ({figure(metric, verdict.low)} to {figure(metric, verdict.high)})"
    )
    said = [money_said(row)]
    if row.decision:
        way = "accepted" if row.decision.accepted else "rejected"
        said.append(f"{way} by {row.decision.decided_by}: {row.decision.reason}")
    said += [f"{dispute}: {dispute.ruling or 'open'}" for dispute in row.disputes]
    return (
        f"{row.week} r{row.revision}\n{state_of(row.state)}",
        f"{safe(spec.clause)}\n[dim]{safe(one.clause_text)} (v{safe(row.contract.version)})[/]",
        figure(metric, verdict.observed) + interval,
        figure(metric, spec.threshold),
        f"{verdict.n:,}",
        "advisory" if spec.consequence == "none" else spec.consequence,
        safe("; ".join(said)),
    )
