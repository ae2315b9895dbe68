"""From an address of evidence to the rows behind the figure, without a vendor's text or a known answer."""

import io
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from rampart.ledger.canonical import moment
from rampart.ledger.chain import EventRow
from rampart.ledger.outcome import MoneyLine
from rampart.ledger.read import batch_detail, rm_rows
from rampart.ledger.read.detail import BatchDetail
from rampart.records.canonical import RECORD
from rampart.records.evidence import Address, AddressError, Condition, in_books, in_store, parse
from tasks.scorecard import report_rows
from tasks.shared_work import shared_rows, shared_work
from tasks.workspace import Workspace

Row = dict[str, Any]
# What of a record is a vendor's text, or says what the right answer is.
_TEXTS = {
    *("prompt", "responses", "rationale", "spans", "aspects", "verifier", "gold", "raw_label"),
    *("excerpt", "claim"),
}


def resolve(place: Workspace, text: str) -> tuple[Row, ...]:
    """The rows at the address `text`, in their order.

    Raises:
        AddressError: it is no address.
        LedgerError: the books do not know the week, the programme or the revision.
        MissingObjectError: nothing is stored there; was its data deleted?
    """
    address = parse(text)
    rows = {"books": _books, "models": _models, "store": _store, "shared": _shared}[address.scheme]
    return tuple(row for row in rows(place, address) if all(one.met_by(row) for one in address.where))


def _books(place: Workspace, address: Address) -> Iterable[Row]:
    contract_id, week, revision, table = address.parts
    detail = batch_detail(place.books, contract_id, int(week), int(revision))
    return _of_detail(detail, table)


def _of_detail(detail: BatchDetail, table: str) -> Iterator[Row]:
    if table == "verdicts":
        for verdict in detail.verdicts:
            yield {**asdict(verdict.spec), **{k: v for k, v in asdict(verdict).items() if k != "spec"}}
    elif table == "events":
        yield from map(_event, detail.events)
    else:
        for place, line in enumerate(getattr(detail, table)):
            yield {"position": place, **{name: _plain(value) for name, value in asdict(line).items()}}


def _event(event: EventRow) -> Row:
    told = {"seq": event.seq, "kind": event.kind, "as_of": moment(event.as_of)}
    return {**told, "payload": event.payload, "prev_hash": event.prev_hash, "hash": event.hash}


def _models(place: Workspace, address: Address) -> Iterator[Row]:
    for model in rm_rows(place.books, address.parts[0]):
        yield {name: _plain(value) for name, value in asdict(model).items()}


def _shared(place: Workspace, address: Address) -> Iterable[Row]:
    program, figure = address.parts
    asked = next((one.value for one in address.where if one.column == "contract_id"), "")
    rows: list[Row] = shared_rows(shared_work(place, program), figure, asked).to_dicts()
    return rows


def _store(place: Workspace, address: Address) -> Iterable[Row]:
    key = address.parts[0]
    data = place.store.get(key)
    if key.endswith(".parquet"):
        return _without_texts(pq.read_table(io.BytesIO(data)))
    if key.endswith(".jsonl"):
        return ({k: v for k, v in json.loads(line).items() if k not in _TEXTS} for line in data.splitlines())
    if key.endswith(".json"):
        read = json.loads(data)
        return report_rows(read) if isinstance(read, Mapping) and "findings" in read else [read]
    raise AddressError(f"{key} has no rows; expected an object that ends in .parquet, .jsonl or .json")


def _without_texts(table: pa.Table) -> list[Row]:
    texts = _TEXTS if "record_id" in table.schema.names else {*_TEXTS, *RECORD.names}
    rows: list[Row] = table.select([name for name in table.schema.names if name not in texts]).to_pylist()
    return rows


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return f"{value:f}"
    return moment(value) if hasattr(value, "astimezone") else value  # type: ignore[arg-type]


def money_evidence(detail: BatchDetail, line: MoneyLine) -> str:
    """The records that a line of money is for: those kept, those lost, or, of what never came, the files."""
    key, batch = detail.artefacts.get("fates"), detail.batch
    if key is None or line.kind == "credit_short":
        return in_books(batch.contract_id, batch.week, batch.revision, "files")
    return in_store(key, Condition("reason_mask", "0", holds=line.kind != "credit_discards"))


def reason_evidence(detail: BatchDetail, code: str) -> str:
    """The records that were discarded for a reason, first or not."""
    return in_store(detail.artefacts["fates"], Condition("reasons", code))
