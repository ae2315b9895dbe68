"""A vendor's folder → landed bytes, and a claim on the batch to judge."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from prefect import get_run_logger, task
from prefect.runtime import task_run

from contracts.model import Contract
from quality import RULES_VERSION
from quality.gates.evaluation.sets import ReadSet, sets_digest
from rampart.delivery.arrival import look
from rampart.delivery.errors import DeliveryError, StoreConflictError, StoreTroubleError
from rampart.delivery.landing import Landed, land
from rampart.delivery.listings import listing_address, read_listing
from rampart.delivery.rosters import Roster
from rampart.ledger.batch_rows import BatchRow, current_batch
from rampart.ledger.batches import receive, refuse
from rampart.ledger.claims import Claim, advance, claim, this_worker
from rampart.ledger.deletion.said import deletion_of
from rampart.ledger.errors import DeliveryConflictError, RevisionMovedError
from rampart.ledger.keeping import kept
from rampart.records.reasons import REGISTRY_VERSION
from tasks.policy import STAGE
from tasks.rejudge import NOT_REVIEWED, Reinstated, Reviewed
from tasks.workspace import Workspace


@dataclass(frozen=True)
class Refused:
    """A delivery that could not be taken in, and the sentence that says why and what to do."""

    problem: str


@dataclass(frozen=True)
class Awaited:
    """A delivery that is not complete yet, and the sentence that says what is there and what is not."""

    reason: str


@dataclass(frozen=True)
class Beside:
    """What a delivery is judged by beside its bytes and the terms.

    `reinstated` are discards that a person took back; `roster` lists the admitted annotators, and
    `roster_key` is where it is kept; `evaluation` are the sets whose text no record may hold; `reviewed` is
    what people found too much of.
    """

    reinstated: Reinstated
    roster: Roster | None = None
    roster_key: str = ""
    evaluation: tuple[ReadSet, ...] = ()
    reviewed: Reviewed = NOT_REVIEWED


@dataclass(frozen=True)
class Ticket:
    """The right to judge one batch."""

    batch: BatchRow
    claim: Claim


@task(**STAGE)
def land_delivery(
    place: Workspace, contract: Contract, week: int, as_of: datetime, at_root: bool = False
) -> Landed | Refused | Awaited:
    """Verify and land what lies in the week's folder, if it is complete at `as_of`.

    `at_root`: the drop itself is the week's folder. Somebody points at it, so no quiet period is waited for.
    A week whose data were deleted is landed no more. One that is deleted while this lands is refused too; the
    listing is there by then, so deleting the week again finds the bytes.
    """
    folder = "" if at_root else contract.inbox(week)
    try:
        arrival = look(place.drop, folder, contract, None if at_root else as_of)
        if isinstance(arrival, str):
            return Awaited(arrival)
        if gone := deletion_of(place.books, contract.contract_id, week):
            return Refused(gone.sentence(week))
        landed = land(place.drop, folder, contract, week, place.store)
    except StoreTroubleError:
        raise  # it says nothing about the delivery, and may be over when the task is tried again
    except DeliveryError as error:
        return Refused(str(error))
    # The same bytes again under other file names, or with a mended manifest: the first listing stands.
    with suppress(StoreConflictError):
        place.store.put_once(listing_key(contract, week, landed.delivery_id), _listing(landed))
    if gone := deletion_of(place.books, contract.contract_id, week):
        return Refused(gone.sentence(week))
    get_run_logger().info("landed %s: %d files", landed.delivery_id[:12], len(landed.files))
    return landed


@task(**STAGE)
def recall_delivery(place: Workspace, contract: Contract, week: int) -> Landed | Refused | None:
    """The delivery on the books for `week`, from our own landed bytes; None when there is none.

    Refused when the week's data were deleted.
    """
    if gone := deletion_of(place.books, contract.contract_id, week):
        return Refused(gone.sentence(week))
    batch = current_batch(place.books, contract.contract_id, week)
    if batch is None or batch.delivery_id is None:
        return None
    files = read_listing(place.store, listing_key(contract, week, batch.delivery_id))
    return Landed(batch.delivery_id, files, batch.replaces)


@task(**STAGE)
def as_redelivery(place: Workspace, contract: Contract, week: int, landed: Landed) -> Landed:
    """`landed`, said to replace the delivery on the books: for deliveries without a manifest."""
    batch = current_batch(place.books, contract.contract_id, week)
    on_the_books = batch.delivery_id if batch else None
    return landed if landed.replaces else replace(landed, replaces=on_the_books)


@task(**STAGE)
def standing(
    place: Workspace, contract: Contract, week: int, landed: Landed, beside: Beside
) -> BatchRow | None:
    """The settled batch that already judges these bytes under these rules, if there is one."""
    batch = current_batch(place.books, contract.contract_id, week)
    rules = rules_digest(contract, beside)
    same = batch and (batch.delivery_id, batch.rules_digest) == (landed.delivery_id, rules)
    return batch if batch and same and batch.settled else None


@task(**STAGE)
def receive_delivery(
    place: Workspace,
    contract: Contract,
    week: int,
    landed: Landed,
    as_of: datetime,
    *,
    beside: Beside,
    after: int | None = None,
) -> Ticket | Refused | None:
    """Put the delivery on the books and claim its batch; None when another worker has it or had it meanwhile.

    Refused when another delivery is on the books and this one does not say that it replaces it. The claim is
    the task run's: a retry after a lost answer takes its own claim up again.
    """
    rules = rules_digest(contract, beside)
    try:
        batch = receive(
            place.books,
            contract.contract_id,
            week,
            landed.delivery_id,
            contract.digest,
            rules,
            as_of,
            replaces=landed.replaces,
            after=after,
            arrived=landed.arrived if contract.ramp.credits.late_day else None,
        )
    except RevisionMovedError:
        return None
    except DeliveryConflictError as error:
        return Refused(str(error))
    mine = claim(place.books, batch.key, this_worker(task_run.id), place.lease_s)
    if mine is None:
        return None
    advance(place.books, mine, "landed", as_of)
    return Ticket(batch, mine)


@contextmanager
def holding(place: Workspace, ticket: Ticket) -> Iterator[None]:
    """Hold a claim, renewed for as long as the block runs, and give it back however the block ends.

    A failed stage must not block the next try. A claim that was lost meanwhile ends the block with
    `ClaimLostError`.
    """
    with kept(place.books, ticket.claim, place.lease_s):
        yield


@task(**STAGE)
def note_refusal(place: Workspace, contract: Contract, week: int, refused: Refused, as_of: datetime) -> None:
    """Write a refused delivery into the books; nothing was received."""
    get_run_logger().error("%s week %d refused: %s", contract.contract_id, week, refused.problem)
    refuse(place.books, contract.contract_id, week, refused.problem, as_of)


def rules_digest(contract: Contract, beside: Beside) -> str:
    """Digest of all a verdict depends on but the bytes: terms, version of our rules, and what is beside."""
    roster = (beside.roster.digest,) if beside.roster else ()
    sets = (sets_digest(beside.evaluation),) if beside.evaluation else ()
    review = (f"review {beside.reviewed.review}",) if beside.reviewed.review else ()
    told = (*beside.reinstated.disputes, *roster, *sets, *review)
    parts = (contract.digest, REGISTRY_VERSION, RULES_VERSION, *told)
    return hashlib.sha256("/".join(map(str, parts)).encode()).hexdigest()


def listing_key(contract: Contract, week: int, delivery_id: str) -> str:
    """Where the list of a landed delivery's files is kept."""
    return listing_address(contract.contract_id, week, delivery_id)


def _listing(landed: Landed) -> bytes:
    return json.dumps([asdict(file) for file in landed.files], sort_keys=True).encode()
