"""From an address of evidence to the rows behind the figure, without a vendor's text or a known answer."""

import io
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from decimal import Decimal
from typing import Any

import pyarrow.parquet as pq

from rampart.ledger.canonical import moment
from rampart.ledger.chain import EventRow
from rampart.ledger.read import batch_detail, rm_rows
from rampart.ledger.read.detail import BatchDetail
from rampart.records.evidence import Address, AddressError, parse
from tasks.scorecard import report_rows
from tasks.shared_work import shared_rows, shared_work
from tasks.workspace import Workspace

Row = dict[str, Any]
# Columns that hold neither a vendor's text nor what the right answer is; any other is left out.
_QUIET = {
    *("record_id", "source_file", "source_line", "source_item", "source_byte", "code", "reasons"),
    *("reason_mask", "flag_mask", "exact_key", "work_key", "item", "item_id", "work_order_item"),
    *("annotator_id", "started_at", "submitted_at", "duration_s", "domain", "language", "difficulty"),
    *("unit_kind", "guideline_version", "scheme", "turn", "ranking", "strength", "both_bad"),
    # Of the pairs that models are trained and judged on.
    *("prompt_key", "group", "target", "weight", "contract_id", "week", "split", "vendor"),
    *("group_size", "annotators", "agreement", "on_policy", "anchor"),
    *("kind", "name", "readable", "discarded"),  # counts by domain and annotator
}
_QUESTION = ("audit", "clause", "metric", "status", "observed", "low", "high", "n", "threshold", "p", "q")
_REVIEWED = ("item", "record_id", "annotator_id", "part", "stratum", "weight", "verdict")
_FOREIGN = ("opening", "demographics")  # audits whose metrics are words of a vendor's, or names of groups


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
        table = pq.read_table(io.BytesIO(data))
        rows: list[Row] = table.select([name for name in table.schema.names if name in _QUIET]).to_pylist()
        return rows
    if key.endswith(".jsonl"):
        return [{k: v for k, v in json.loads(line).items() if k in _QUIET} for line in data.splitlines()]
    read = json.loads(data) if key.endswith(".json") else None
    if isinstance(read, Mapping) and "findings" in read:
        return map(_question, report_rows(read))
    if isinstance(read, Mapping) and "opinions" in read:
        return [{name: row[name] for name in _REVIEWED} for row in read["rows"]]
    expected = "a Parquet object, JSON lines, the report of an audit, or the result of a review"
    raise AddressError(f"{key} has no rows; expected {expected}")


def _question(row: Row) -> Row:
    """A question of an audit report, in words of ours."""
    told = {name: row[name] for name in _QUESTION}
    return {**told, "metric": row["audit"]} if row["audit"] in _FOREIGN else told


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return f"{value:f}"
    return moment(value) if hasattr(value, "astimezone") else value  # type: ignore[arg-type]
