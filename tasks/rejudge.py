"""What a ruling reinstated: part of what a delivery is judged by, and a request to judge it anew."""

from dataclasses import dataclass

from prefect import task

from contracts.model import Contract
from rampart.ledger.batch_rows import current_batch
from rampart.ledger.deletion.said import deletion_of
from rampart.ledger.disputes import dispute_named, reinstatements
from rampart.ledger.outbox import OutboxRow, mark_done, pending
from tasks.dispute import contested_ids, must_not_be_kept
from tasks.policy import STAGE
from tasks.workspace import Workspace, terms_of


@dataclass(frozen=True)
class Reinstated:
    """Discards of one delivery that a person took back, and the ids of the disputes about them, in order."""

    disputes: tuple[str, ...]
    record_ids: frozenset[str]


@dataclass(frozen=True)
class Anew:
    """A delivery to judge anew: under the contract `version` that judged `revision`, as the one after it."""

    version: str
    revision: int


@task(**STAGE)
def reinstated_records(place: Workspace, contract: Contract, delivery_id: str) -> Reinstated:
    """What a person reinstated in this delivery."""
    ruled = reinstatements(place.books, contract.contract_id, delivery_id)
    return Reinstated(
        tuple(dispute.dispute_id for dispute in ruled),
        frozenset(record_id for dispute in ruled for record_id in contested_ids(place, dispute)),
    )


@task(**STAGE)
def rejudgements(place: Workspace, patient: bool = False) -> tuple[OutboxRow, ...]:
    """Rulings that wait for a judgement, in the order they were given.

    `patient` leaves out what failed and rests until its next try.
    """
    return tuple(row for row in pending(place.books, "dispute.reinstated") if not (patient and row.resting))


@task(**STAGE)
def still_asked(place: Workspace, request: OutboxRow) -> Anew | None:
    """What is to be judged anew; None where the delivery was replaced since, or its data deleted.

    Raises `DisputeError` where another week was paid for a reinstated record since the ruling.
    """
    batch = current_batch(place.books, request.contract_id, request.week)
    gone = deletion_of(place.books, request.contract_id, request.week)
    if batch is None or batch.delivery_id != request.payload["delivery_id"] or gone:
        return None
    dispute = dispute_named(place.books, request.contract_id, request.week, request.payload["dispute"])
    if "fates" in batch.artefacts:
        must_not_be_kept(place, batch, contested_ids(place, dispute), str(dispute), elsewhere=True)
    return Anew(terms_of(batch.contract_digest, place).version, batch.revision)


@task(**STAGE)
def note_answered(place: Workspace, request: OutboxRow) -> None:
    """What the ruling asked for is done, or nobody wants it any more."""
    mark_done(place.books, request.id)
