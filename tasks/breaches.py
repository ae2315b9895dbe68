"""A contract's breaches with the text of their clauses, and the evidence file that stands on its own."""

import json
from collections.abc import Iterable

from contracts.model import Contract
from contracts.versions.clauses import clauses, covers
from contracts.versions.phrases import value_in_words
from rampart.delivery.errors import MissingObjectError
from rampart.delivery.judged_rows import stored_rows
from rampart.ledger.chain import contract_stream, events
from rampart.ledger.contracts import contract_versions
from rampart.ledger.deletion.said import deletion_of
from rampart.ledger.engine import reading
from rampart.ledger.errors import LedgerError
from rampart.ledger.evidence_file.contents import (
    DISCARDED,
    Breach,
    as_json,
    chain_file,
    checker,
    discarded_file,
    judgement_files,
    told,
    week_folder,
)
from rampart.ledger.evidence_file.index import index_text
from rampart.ledger.evidence_file.sealed import sealed
from rampart.ledger.read import batch_detail
from rampart.ledger.read.breaches import breach_rows
from rampart.ledger.read.detail import BatchDetail
from rampart.showing.breaches_page import breaches_html
from tasks.workspace import Workspace, contract_key, terms_of

HIDDEN = ("gold", "raw_label")  # the known answer, and the label as delivered, which may tell it
NO_TERM = "no term of the contract: an audit of Rampart's own"


def breach_log(place: Workspace, contract_id: str) -> tuple[Breach, ...]:
    """Every clause that failed, with its text; `UnknownContractError` for a contract not on the books."""
    return tuple(
        Breach(row, clause_text(terms_of(row.contract.digest, place), row.verdict.spec.clause))
        for row in breach_rows(place.books, contract_id)
    )


def clause_text(contract: Contract, address: str) -> str:
    """The terms at a clause's address as they were registered: ``ramp.phases.ramp.discard_ceiling: 30 %``."""
    found = clauses(contract).values()
    said = [
        f"{one.address}: {value_in_words(one.value, one.about.kind)}{' (by default)' * one.is_default}"
        for one in found
        if covers(address, one.address) or covers(one.address, address)
    ]
    return "; ".join(said) or NO_TERM


def evidence_file(place: Workspace, contract_id: str, *, with_records: bool = False) -> bytes:
    """The breaches of a contract as one zip; the same books give the same bytes.

    Raises:
        UnknownContractError: the contract is not on the books.
        LedgerError: no clause of it failed, so there is nothing to prove.
    """
    log = breach_log(place, contract_id)
    if not log:
        raise LedgerError(f"no clause of {contract_id} has failed; there is nothing to give evidence of")
    judged = sorted({(one.row.week, one.row.revision) for one in log})
    details = [batch_detail(place.books, contract_id, week, revision) for week, revision in judged]
    files, notes = dict[str, bytes](), list[str]()
    for detail in details:
        found, note = _of_judgement(place, detail, with_records)
        folder = week_folder(detail.batch.week, detail.batch.revision)
        files |= {f"{folder}/{name}": data for name, data in found.items()}
        notes += [note] if note else []
    with reading(place.books) as session:
        chain = events(session, contract_stream(contract_id))
    plain = [told(one) for one in log]
    return sealed(
        {
            **files,
            **_contracts(place, contract_id),
            "chain/events.jsonl": chain_file(chain),
            "breaches.json": as_json(plain),
            "INDEX.txt": index_text(log, notes, with_records),
            "index.html": breaches_html(plain, notes, chain[-1].hash),
            "check.py": checker(),
        }
    )


def _contracts(place: Workspace, contract_id: str) -> dict[str, bytes]:
    """Every registered version, byte for byte."""
    return {
        f"contract/{row.version}-{row.digest[:12]}.odcs.yaml": place.store.get(contract_key(row.digest))
        for row in contract_versions(place.books, contract_id)
    }


def _of_judgement(place: Workspace, detail: BatchDetail, with_records: bool) -> tuple[dict[str, bytes], str]:
    """Its files, and a note where its discarded records cannot be listed any more."""
    batch, files = detail.batch, judgement_files(detail)
    name = f"Week {batch.week}, revision {batch.revision}"
    if "fates" not in batch.artefacts:
        return files, "" if not detail.files else f"{name}: no list of discarded records was kept."
    if gone := deletion_of(place.books, batch.contract_id, batch.week):
        return files, f"{name}: {gone.sentence(batch.week)}."
    rows = stored_rows(place.store, batch.artefacts)
    try:
        files["discarded.csv"] = discarded_file(rows.discards().select(list(DISCARDED)).to_pylist())
        if with_records:
            lost = rows.discarded()
            columns = [column for column in lost.schema.names if column not in HIDDEN]
            files["records.jsonl"] = b"".join(_lines(lost.select(columns).to_pylist()))
    except MissingObjectError as error:
        return files, f"{name}: {error}."
    return files, ""


def _lines(rows: Iterable[dict[str, object]]) -> Iterable[bytes]:
    for row in rows:
        yield (json.dumps(row, sort_keys=True, default=str) + "\n").encode()
