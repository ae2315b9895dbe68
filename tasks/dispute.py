"""A vendor's dispute: taken in against what was discarded, ruled on, and what is reinstated judged anew."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from prefect import task

from contracts.model import Contract
from rampart.delivery.dispute_file import DisputeError, read_dispute
from rampart.delivery.tables import batch_prefix, fetch_table, publish_bytes
from rampart.ledger.batch_rows import BatchRow, current_batch
from rampart.ledger.deletion.said import deletion_of
from rampart.ledger.disputes import Dispute, disputes, open_dispute, reinstatements
from rampart.ledger.errors import DeliveryConflictError, DisputeStateError, UnknownBatchError
from rampart.ledger.outbox import OutboxRow, mark_done, pending
from tasks.policy import STAGE
from tasks.workspace import Workspace, terms_of


@dataclass(frozen=True)
class Reinstated:
    """Discards of one delivery that a person took back, and the ids of the disputes about them, in order."""

    disputes: tuple[str, ...]
    record_ids: frozenset[str]


@dataclass(frozen=True)
class Rejudgement:
    """A delivery to judge anew, because discards of it were reinstated: under the version that judged it."""

    request: OutboxRow
    version: str


def take_dispute(  # noqa: PLR0917 (what is contested, by which file, when)
    place: Workspace, contract_id: str, week: int, data: bytes, file: str, as_of: datetime
) -> Dispute:
    """Keep a vendor's dispute and open it on the books. The same file again changes nothing.

    Args:
        place: the workspace.
        contract_id: whose week is contested.
        week: the contract week, from 1.
        data: the dispute file's bytes.
        file: its name, for errors.
        as_of: business time of the entry.

    Raises:
        DisputeError: a line cannot be read, or names a record that was not discarded exactly once.
        UnknownBatchError: the week is not on the books.
        DisputeStateError: the week is not judged yet.
        DeliveryConflictError: the week's data were deleted.
    """
    found = read_dispute(data, file)
    batch = current_batch(place.books, contract_id, week)
    if batch is None:
        raise UnknownBatchError(f"{contract_id} week {week} is not on the books; nothing to dispute")
    for known in disputes(place.books, contract_id, week):
        if (known.dispute_id, known.delivery_id) == (found.digest, batch.delivery_id):
            return known
    if gone := deletion_of(place.books, contract_id, week):
        raise DeliveryConflictError(gone.sentence(week))
    if batch.delivery_id is None or not batch.settled:
        raise DisputeStateError(
            f"{batch.key} is {batch.state}, not judged; open the dispute after the verdict"
        )
    _must_be_discards(place, batch, found.record_ids, file)
    key = publish_bytes(place.store, batch_prefix(contract_id, week), "dispute", "jsonl", data)
    dispute = Dispute(found.digest, contract_id, week, batch.delivery_id, len(found.record_ids), key)
    return open_dispute(place.books, dispute, as_of)


@task(**STAGE)
def reinstated_records(place: Workspace, contract: Contract, delivery_id: str) -> Reinstated:
    """What a person reinstated in this delivery."""
    ruled = reinstatements(place.books, contract.contract_id, delivery_id)
    files = [read_dispute(place.store.get(dispute.object_key), dispute.object_key) for dispute in ruled]
    return Reinstated(
        tuple(dispute.dispute_id for dispute in ruled),
        frozenset(record_id for found in files for record_id in found.record_ids),
    )


@task(**STAGE)
def rejudgements(place: Workspace, patient: bool = False) -> tuple[Rejudgement, ...]:
    """Deliveries whose reinstated records wait for a judgement, in the order they are to be judged.

    A request about a delivery that was replaced since, or deleted, is answered by leaving it alone. `patient`
    leaves out what failed and rests until its next try.
    """
    found = []
    for row in pending(place.books, "dispute.reinstated"):
        batch = current_batch(place.books, row.contract_id, row.week)
        gone = deletion_of(place.books, row.contract_id, row.week)
        if batch is None or batch.delivery_id != row.payload["delivery_id"] or gone:
            mark_done(place.books, row.id)
        elif not (patient and row.resting):
            found.append(Rejudgement(row, terms_of(batch.contract_digest, place).version))
    return tuple(found)


@task(**STAGE)
def note_rejudged(place: Workspace, rejudgement: Rejudgement) -> None:
    """The reinstated records were judged."""
    mark_done(place.books, rejudgement.request.id)


def _must_be_discards(place: Workspace, batch: BatchRow, record_ids: tuple[str, ...], file: str) -> None:
    lost = Counter(fetch_table(place.store, batch.artefacts["discarded"])["record_id"].to_pylist())
    for record_id in record_ids:
        if (times := lost[record_id]) != 1:
            found = f"{times} discarded records have" if times else "no discarded record has"
            raise DisputeError(
                f"{found} the id {record_id!r} in {batch.key}",
                file,
                fix="contest records by the ids of the feedback pack, those that name one record",
            )
