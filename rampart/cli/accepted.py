"""The records of a vendor's files that pass the gates, for commands that touch no books."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import typer

from contracts.model import Contract
from quality.gates.fates import part
from quality.gates.record.judging import gate_records
from quality.gates.record.repeats import Earlier
from rampart.cli.exits import Exit, stop
from rampart.delivery.trial import try_out


def accepted(files: Sequence[Path], terms: Contract, week: int) -> Any:
    """The records that pass the gates which need nothing from outside, nothing having come before."""
    found = try_out(files, terms, 0)
    records = found.read.records
    if not records.num_rows:
        raise stop(Exit.REFUSED, "no record could be read; `rampart contract try` shows what each line lacks")
    kept = part(records, gate_records(records, terms, week, Earlier())).accepted
    lost, unread = records.num_rows - kept.num_rows, found.read.quarantine.num_rows
    if not kept.num_rows:
        raise stop(Exit.REFUSED, f"the gates keep none of {records.num_rows:,} records")
    if lost or unread:
        told = f"left out: {lost:,} records that the gates discard, {unread:,} lines that could not be read"
        typer.echo(told, err=True)
    return kept
