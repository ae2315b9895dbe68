"""The record that another one repeats: in the same delivery, or in what was kept before."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce
from typing import Any

import polars as pl
import pyarrow.compute as pc

from contracts.model import Contract
from quality.gates.likeness import copies
from quality.gates.record.alone import frame_of
from rampart.delivery.tables import fetch_table
from rampart.ledger.batch_rows import BatchRow
from rampart.records.fates import PLACE
from rampart.records.identity import record_keys
from tasks.records import batches_before
from tasks.stored_records import StoredRecord, fates, find_records, kept_keys, wanted
from tasks.workspace import Workspace

# Reason → which of a record's keys (`KEYS`) it shares with its twin.
SHARED = {
    "duplicate_record_id": "record_id",
    "exact_duplicate": "exact_key",
    "copied_work": "work_key",
    "repeated_work": "work_key",
}
COPIES = ("near_duplicate", "copied_rationale")  # whose twins were kept with the judgement
_SAME_WEEK = ("duplicate_record_id", "exact_duplicate", "repeated_work")  # copied work is of an earlier batch


@dataclass(frozen=True)
class Twin:
    """Where the record stands that another one repeats."""

    contract_id: str
    week: int
    revision: int | None  # None where only the week is known
    record_id: str
    file: str
    line: int


def twin_of(place: Workspace, contract: Contract, record: StoredRecord, code: str) -> Twin | None:
    """The record that `record`, found for the reason `code`, repeats; None where the reason knows no twin.

    Of the same delivery it is one that is not itself found for the reason; else what an earlier batch kept.
    """
    if code in COPIES:
        return _copied_from(place, record, code)
    if code not in SHARED:
        return None
    key = record_keys(frame_of(record.values))[SHARED[code]].item()
    candidates = [*_beside(place, record, code, key), *_before(place, contract, record, code, key)]
    return candidates[0] if candidates else None


def _copied_from(place: Workspace, record: StoredRecord, code: str) -> Twin | None:
    """The record of which this one is a copy, as it was found when the batch was judged."""
    batch = record.batch
    if "twins" not in batch.artefacts:
        return None
    everything = fates(place, batch)
    here = pc.indices_nonzero(
        reduce(pc.and_, (pc.equal(everything[name], record.values[name]) for name in PLACE))
    )
    kept = pl.DataFrame(pl.from_arrow(fetch_table(place.store, batch.artefacts["twins"])))
    one = copies.twin_of(kept, here[0].as_py(), code)
    if one is None:
        return None
    own = one.week is None
    return Twin(
        one.contract_id or batch.contract_id,
        one.week or batch.week,
        batch.revision if own else None,
        one.record_id,
        one.source_file,
        one.source_line,
    )


def _beside(place: Workspace, record: StoredRecord, code: str, key: str) -> Iterator[Twin]:
    if code not in _SAME_WEEK:
        return
    rows = [row for row in _same_key(place, record, code, key) if _place(row) != _place(record.values)]
    # Not found for the reason itself: the first of them. Where the contract flags, no reason is stored.
    first = sorted((row for row in rows if code not in row["reasons"]), key=_place)
    stored = code in record.reasons
    yield from (_twin(record.batch, row) for row in first if stored or _place(row) < _place(record.values))


def _same_key(place: Workspace, record: StoredRecord, code: str, key: str) -> list[dict[str, Any]]:
    table = fates(place, record.batch)
    same = table.filter(pc.equal(table[SHARED[code]], key))
    rows: list[dict[str, Any]] = same.select(["record_id", *PLACE, "reasons"]).to_pylist()
    return rows


def _before(
    place: Workspace, contract: Contract, record: StoredRecord, code: str, key: str
) -> Iterator[Twin]:
    for batch in batches_before(place, contract, record.batch.week):
        if SHARED[code] == "record_id" and batch.contract_id != contract.contract_id:
            continue
        keys = kept_keys(place, batch)
        for record_id in keys.filter(pc.equal(keys[SHARED[code]], key))["record_id"].to_pylist():
            for one in find_records(place, batch, wanted(record_id)):
                yield _twin(batch, one.values)


def _place(row: dict[str, Any]) -> list[Any]:
    return [row[name] for name in PLACE]


def _twin(batch: BatchRow, row: dict[str, Any]) -> Twin:
    where = (batch.contract_id, batch.week, batch.revision)
    return Twin(*where, row["record_id"], row["source_file"], row["source_line"])
