"""Why a record was accepted, discarded or set aside: the stored judgement, gate by gate."""

from dataclasses import dataclass, replace
from functools import partial

from quality.gates.record.explaining import GateOutcome, found_alone, outcomes
from quality.gates.record.gate import Asked
from rampart.ledger.batch_rows import settled_batches
from rampart.ledger.contracts import contract_versions
from rampart.ledger.deletion.said import deletion_of, still_held
from rampart.ledger.disputes import reinstatements
from rampart.ledger.errors import DeliveryConflictError, UnknownContractError, UnknownRecordError
from tasks.dispute import contested_ids
from tasks.evaluation import sets_named
from tasks.intake import Beside, rules_digest
from tasks.records import references_of
from tasks.rejudge import Reinstated, reviewed
from tasks.roster import roster_kept
from tasks.stored_records import StoredRecord, find_records, wanted
from tasks.twins import Twin, twin_of
from tasks.workspace import Workspace, terms_of


@dataclass(frozen=True)
class Explained:
    """A stored record with every gate's outcome, and for those that found it the record it repeats.

    `reinstated_by` names the dispute that took its discard back. `rules_changed`: it was judged by other
    rules of ours than today's, so flags and what was seen may differ from what a new judgement would say.
    """

    record: StoredRecord
    gates: tuple[GateOutcome, ...]
    twins: dict[str, Twin]
    reinstated_by: str | None
    rules_changed: bool


def records_named(
    place: Workspace, name: str, contract_id: str | None = None, week: int | None = None
) -> tuple[StoredRecord, ...]:
    """What the judged weeks hold of a record id, or of ``file:line``; sorted by contract, week and line.

    Raises:
        UnknownContractError: no such contract is on the books.
        DeliveryConflictError: the data of the week asked for were deleted.
        UnknownRecordError: no judged week holds it.
    """
    if contract_id is not None and not contract_versions(place.books, contract_id):
        raise UnknownContractError(
            f"no contract {contract_id!r} on the books; `rampart status` lists what is"
        )
    if contract_id and week and (gone := deletion_of(place.books, contract_id, week)):
        raise DeliveryConflictError(gone.sentence(week))
    batches = still_held(place.books, settled_batches(place.books, contract_id))
    asked = [batch for batch in batches if week in (None, batch.week) and "fates" in batch.artefacts]
    found = tuple(one for batch in asked for one in find_records(place, batch, wanted(name)))
    if not found:
        looked = f"{contract_id or 'any contract'}, {f'week {week}' if week else 'any week'}"
        raise UnknownRecordError(
            f"no record {name!r} in what was judged of {looked} ({len(asked)} judgements looked at); give "
            "its id, or the file and line it was read from (rows.jsonl:17)"
        )
    return found


def explain(place: Workspace, record: StoredRecord) -> Explained:
    """The judgement of a stored record; `NotReadyError` where what it was compared with is missing."""
    batch = record.batch
    contract = terms_of(batch.contract_digest, place)
    reinstated, ruling = _reinstated(place, record)
    roster = roster_kept(place, batch)
    failed = reviewed(place, batch.contract_id, batch.delivery_id or "")
    beside = Beside(reinstated, roster, evaluation=sets_named(place, contract), reviewed=failed)
    changed = rules_digest(contract, beside) != batch.rules_digest
    plain = Explained(record, (), {}, ruling, changed)
    if record.fate == "quarantined":
        return plain
    asked = Asked(contract, batch.week, references_of(place, contract, batch.week, beside))
    discards, _ = found_alone(record.values, asked)
    gates = outcomes(record.values, asked, (*record.reasons, *(discards if ruling else ())), record.flags)
    twin = partial(twin_of, place, contract, record)
    twins = {gate.code: other for gate in gates if gate.outcome == "found" and (other := twin(gate.code))}
    return replace(plain, gates=gates, twins=twins)


def _reinstated(place: Workspace, record: StoredRecord) -> tuple[Reinstated, str | None]:
    """What was taken back in the record's delivery, and the dispute that took back its own discard."""
    ruled = reinstatements(place.books, record.batch.contract_id, record.batch.delivery_id or "")
    named = {dispute: frozenset(contested_ids(place, dispute)) for dispute in ruled}
    everything = Reinstated(
        tuple(dispute.dispute_id for dispute in ruled), frozenset().union(*named.values())
    )
    record_id = record.values.get("record_id")
    by = next((dispute for dispute, ids in named.items() if record_id in ids), None)
    accepted = record.fate == "accepted"
    return everything, f"{by}, ruled by {by.ruled_by}: {by.reason}" if by and accepted else None
