"""The records of a judged week as they were published: every line, its fate and its reasons."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pyarrow as pa
import pyarrow.compute as pc

from rampart.delivery.judged_rows import stored_rows
from rampart.delivery.tables import fetch_table
from rampart.ledger.batch_rows import BatchRow
from rampart.records.canonical import QUARANTINE, RECORD
from rampart.records.fates import PLACE
from rampart.records.reasons import reasons_of
from tasks.workspace import Workspace

Fate = Literal["accepted", "discarded", "quarantined"]
REASONS, FLAGS = "reasons", "flag_mask"


@dataclass(frozen=True)
class Wanted:
    """A record by its id, or else whatever a line of a file was read as (`item`: one judgement of it)."""

    record_id: str
    line: tuple[str, int] | None = None
    item: int | None = None


@dataclass(frozen=True)
class StoredRecord:
    """One record, or one line that could not be read, of a judged week.

    `values` are the columns of `RECORD`, or those of `QUARANTINE`; `reasons` are those it was discarded for,
    `flags` those it was flagged for.
    """

    batch: BatchRow
    fate: Fate
    values: dict[str, Any]
    reasons: tuple[str, ...]
    flags: tuple[str, ...] = ()


def wanted(name: str) -> Wanted:
    """What `name` asks for: a record id; where no record has it, ``file:line`` or ``file:line:judgement``."""
    name = name.encode("utf-8", "replace").decode()  # what a shell hands over may be no UTF-8
    file, *numbers = name.rsplit(":", 2) if _numbered(name, 2) else name.rsplit(":", 1)
    if not numbers or not all(number.isdecimal() for number in numbers):
        return Wanted(name)
    line, *item = (int(number) for number in numbers)
    return Wanted(name, (file, line), item[0] if item else None)


def find_records(place: Workspace, batch: BatchRow, what: Wanted) -> tuple[StoredRecord, ...]:
    """What a judged week holds of `what`, in the order of its lines."""
    brief = readable(place, batch, ("record_id", *PLACE))
    named = pc.equal(brief["record_id"], what.record_id)
    chosen = named if pc.any(named).as_py() or what.line is None else _on_line(brief, what)
    lost = unreadable(place, batch) if what.line else QUARANTINE.empty_table()
    found = list(_quarantined(batch, lost.filter(_on_line(lost, what)) if what.line else lost))
    if pc.any(chosen).as_py():
        found += _read(batch, readable(place, batch).filter(chosen))
    return tuple(sorted(found, key=lambda one: [one.values[name] for name in PLACE]))


def readable(place: Workspace, batch: BatchRow, columns: Sequence[str] = RECORD.names) -> pa.Table:
    """The readable records of a judged week, in order: `columns` of `RECORD`, `reasons` and `flag_mask`."""
    rows = stored_rows(place.store, batch.artefacts)
    table, why = rows.readable(columns), rows.fates([REASONS, FLAGS])
    return table.append_column(REASONS, why[REASONS]).append_column(FLAGS, why[FLAGS])


def fates(place: Workspace, batch: BatchRow) -> pa.Table:
    """What became of each readable record of a judged week, in its order (`FATES`)."""
    return stored_rows(place.store, batch.artefacts).fates(None)


def unreadable(place: Workspace, batch: BatchRow) -> pa.Table:
    """The lines of a judged week that could not be read as records (`QUARANTINE`)."""
    return fetch_table(place.store, batch.artefacts["quarantined"])


def kept_keys(place: Workspace, batch: BatchRow) -> pa.Table:
    """The keys (`KEYS`) of the records that a judgement keeps."""
    return stored_rows(place.store, batch.artefacts).kept_keys()


def _numbered(name: str, numbers: int) -> bool:
    parts = name.rsplit(":", numbers)
    return len(parts) == numbers + 1 and all(part.isdecimal() for part in parts[1:])


def _on_line(table: pa.Table, what: Wanted) -> pa.ChunkedArray:
    file, line = what.line or ("", -1)
    there = pc.and_(pc.equal(table["source_file"], file), pc.equal(table["source_line"], line))
    if what.item is None:
        return there
    # A line that could not be read at all holds all its judgements.
    return pc.and_(there, pc.is_in(table["source_item"], pa.array([what.item, -1], pa.int32())))


def _read(batch: BatchRow, table: pa.Table) -> Iterator[StoredRecord]:
    for row in table.to_pylist():
        reasons, flags = tuple(row.pop(REASONS)), row.pop(FLAGS)
        flagged = tuple(reason.code for reason in reasons_of(flags))
        yield StoredRecord(batch, "discarded" if reasons else "accepted", row, reasons, flagged)


def _quarantined(batch: BatchRow, table: pa.Table) -> Iterator[StoredRecord]:
    for row in table.to_pylist():
        yield StoredRecord(batch, "quarantined", row, ())
