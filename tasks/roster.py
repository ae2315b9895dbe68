"""Who may have judged: the vendor's roster, as it was when a delivery was first judged."""

from prefect import get_run_logger, task

from contracts.model import Contract
from rampart.delivery.errors import DeliveryError, MissingObjectError, NotReadyError, StoreTroubleError
from rampart.delivery.rosters import Roster, RosterError, kept_roster, read_roster
from rampart.delivery.tables import batch_prefix, publish_bytes
from rampart.ledger.batch_rows import BatchRow, settled_batches
from tasks.intake import Refused
from tasks.policy import STAGE
from tasks.workspace import Workspace

ARTEFACT = "roster"


@task(**STAGE)
def roster_of(
    place: Workspace, contract: Contract, week: int, delivery_id: str
) -> tuple[Roster, str] | Refused | None:
    """The roster a delivery is judged by, with its key in the store; None where the contract asks for none.

    The first judgement of a delivery reads what the vendor has listed, and keeps it; later ones take what was
    kept. A roster that is missing or cannot be read refuses the delivery: it is the vendor's to mend, and
    without it nobody could be told apart from those who are not admitted.
    """
    if contract.annotators.off_roster == "allow" or contract.annotators.roster is None:
        return None
    for batch in _judged(place, contract, week, delivery_id):
        if kept := roster_kept(place, batch):
            _must_have_scores(contract, kept, batch)
            return kept, batch.artefacts[ARTEFACT]
    try:
        roster = _listed(place, contract, contract.annotators.roster)
    except StoreTroubleError:
        raise
    except DeliveryError as error:
        return Refused(str(error))
    prefix = batch_prefix(contract.contract_id, week)
    get_run_logger().info("%d annotators on the roster (%s)", len(roster.scores), roster.digest[:12])
    return roster, publish_bytes(place.store, prefix, ARTEFACT, "csv", roster.data)


def _must_have_scores(contract: Contract, kept: Roster, batch: BatchRow) -> None:
    """A roster of before a least score was asked for cannot say who reaches it: no annotator is at fault."""
    if contract.annotators.min_screening_score is not None and not any(
        score is not None for score in kept.scores.values()
    ):
        raise NotReadyError(
            "the roster this delivery was first judged by has no screening scores, which the terms ask for",
            batch.artefacts[ARTEFACT],
            fix="judge it under the terms it was delivered by, or have it delivered again",
        )


def roster_kept(place: Workspace, batch: BatchRow) -> Roster | None:
    """The roster a judgement rests on; None where it rests on none."""
    key = batch.artefacts.get(ARTEFACT)
    return kept_roster(place.store.get(key), key) if key else None


def _judged(place: Workspace, contract: Contract, week: int, delivery_id: str) -> tuple[BatchRow, ...]:
    settled = settled_batches(place.books, contract.contract_id)
    return tuple(batch for batch in settled if (batch.week, batch.delivery_id) == (week, delivery_id))


def _listed(place: Workspace, contract: Contract, path: str) -> Roster:
    vendor, scored = contract.vendor.id, contract.annotators.min_screening_score is not None
    file = f"{vendor}/{path}"
    try:
        data = place.vendors.get(file)
    except MissingObjectError as error:
        problem = "the roster of admitted annotators, which annotators.roster asks for, is not in the drop"
        fix = "put it there; the delivery itself need not come again"
        raise RosterError(problem, file, fix=fix) from error
    return read_roster(data, file, vendor, place.pseudonym_key, scored=scored)
