"""What a ruling reinstated and what a review found: part of what a delivery is judged by, and why anew."""

from dataclasses import dataclass

from prefect import task

from contracts.model import Contract
from quality.verdict import Verdict
from rampart.ledger.batch_rows import current_batch
from rampart.ledger.deletion.said import deletion_of
from rampart.ledger.disputes import dispute_named, reinstatements
from rampart.ledger.outbox import OutboxRow, mark_done, pending
from rampart.ledger.reviews import failed_review
from tasks.dispute import contested_ids, must_not_be_kept
from tasks.policy import STAGE
from tasks.workspace import Workspace, terms_of


@dataclass(frozen=True)
class Reinstated:
    """Discards of one delivery that a person took back, and the ids of the disputes about them, in order."""

    disputes: tuple[str, ...]
    record_ids: frozenset[str]


@dataclass(frozen=True)
class Reviewed:
    """The review of one delivery that failed, and the verdict that its judgement carries; or neither."""

    review: str = ""
    verdicts: tuple[Verdict, ...] = ()


NOT_REVIEWED = Reviewed()


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
def review_that_failed(place: Workspace, contract: Contract, delivery_id: str) -> Reviewed:
    """`reviewed`, as a stage of a run."""
    return reviewed(place, contract.contract_id, delivery_id)


def reviewed(place: Workspace, contract_id: str, delivery_id: str) -> Reviewed:
    """What people found too much of in this delivery, where the contract has somebody decide."""
    failed = failed_review(place.books, contract_id, delivery_id)
    return Reviewed(failed.review_id, (failed.verdict,)) if failed and failed.verdict else NOT_REVIEWED


@task(**STAGE)
def rejudgements(place: Workspace, patient: bool = False) -> tuple[OutboxRow, ...]:
    """Rulings and failed reviews that wait for a judgement, in the order they were given.

    `patient` leaves out what failed and rests until its next try.
    """
    asked = pending(place.books, "dispute.reinstated", "review.failed")
    return tuple(row for row in asked if not (patient and row.resting))


@task(**STAGE)
def still_asked(place: Workspace, request: OutboxRow) -> Anew | None:
    """What is to be judged anew; None where the delivery was replaced since, or its data deleted.

    Raises `DisputeError` where another week was paid for a reinstated record since the ruling.
    """
    batch = current_batch(place.books, request.contract_id, request.week)
    gone = deletion_of(place.books, request.contract_id, request.week)
    if batch is None or batch.delivery_id != request.payload["delivery_id"] or gone:
        return None
    if request.topic == "dispute.reinstated" and "fates" in batch.artefacts:
        dispute = dispute_named(place.books, request.contract_id, request.week, request.payload["dispute"])
        must_not_be_kept(place, batch, contested_ids(place, dispute), str(dispute), elsewhere=True)
    return Anew(terms_of(batch.contract_digest, place).version, batch.revision)


@task(**STAGE)
def note_answered(place: Workspace, request: OutboxRow) -> None:
    """What the ruling or review asked for is done, or nobody wants it any more."""
    mark_done(place.books, request.id)
