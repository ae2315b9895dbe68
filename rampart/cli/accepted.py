"""The records of a vendor's files that pass the gates, for commands that touch no books."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import typer

from contracts.model import Contract
from quality.gates.fates import count_reasons, part
from quality.gates.record.judging import gate_records
from quality.gates.record.repeats import Earlier
from rampart.cli.exits import Exit, stop
from rampart.delivery.trial import try_out
from rampart.records.reasons import BY_CODE


def accepted(files: Sequence[Path], terms: Contract, week: int) -> Any:
    """The records that pass the gates which need nothing from outside, nothing having come before."""
    found = try_out(files, terms, 0)
    records = found.read.records
    if not records.num_rows:
        raise stop(Exit.REFUSED, _unreadable(found.read.quarantine))
    fates = part(records, gate_records(records, terms, week, Earlier()))
    kept = fates.accepted
    lost, unread = records.num_rows - kept.num_rows, found.read.quarantine.num_rows
    if not kept.num_rows:
        raise stop(Exit.REFUSED, _all_lost(fates.discarded))
    if lost or unread:
        told = f"left out: {lost:,} records that the gates discard, {unread:,} lines that could not be read"
        typer.echo(told, err=True)
    return kept


def _unreadable(quarantine: pa.Table) -> str:
    """Why nothing could be read, by the first line that could not."""
    lines = quarantine.num_rows
    first = next(iter(quarantine.slice(0, 1).to_pylist()), None)
    said = f": {first['source_file']}, line {first['source_line']}: {first['problem']}" if first else ""
    fix = "is it this contract's delivery? `rampart contract try` shows what each line lacks"
    return f"no record could be read of {lines:,} lines{said}. Fix: {fix}"


def _all_lost(discarded: pa.Table) -> str:
    """Why nothing was kept, by the commonest first reason."""
    counted = count_reasons(discarded)
    code = max(counted, key=lambda name: counted[name])
    reason, times, lost = BY_CODE[code], counted[code][0], discarded.num_rows
    return (
        f"the gates keep none of {lost:,} records: {code} ({reason.clause}) is the reason of {times:,}. "
        f"Fix: {reason.fix} `rampart contract try` shows each line"
    )
