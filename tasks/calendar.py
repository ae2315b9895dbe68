"""Which contract weeks are open, and which deliveries are missing."""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Protocol

from prefect import task

from contracts.model import Contract
from rampart.delivery.arrival import Arrival, find_delivery
from rampart.delivery.errors import DeliveryError
from rampart.delivery.landing import delivery_id
from rampart.delivery.manifest import parse_manifest
from rampart.ledger.batch_rows import BatchRow, current_batch
from rampart.ledger.batches import expect, mark_late
from rampart.ledger.contracts import current_contracts
from rampart.ledger.in_force import versions_by_week
from tasks.intake import listing_key
from tasks.policy import STAGE
from tasks.workspace import Workspace, terms_in_force, terms_of


class WeekOutcome(Protocol):
    """What a run found for one contract week."""

    @property
    def contract_id(self) -> str: ...  # noqa: D102
    @property
    def week(self) -> int: ...  # noqa: D102
    @property
    def state(self) -> str: ...  # noqa: D102


@task(**STAGE)
def open_weeks(place: Workspace, as_of: datetime) -> tuple[tuple[str, int], ...]:
    """(contract, week) of every active contract's weeks to look at, by week then contract.

    To look at are unsettled weeks that are due or have arrived, and settled ones that were delivered anew.
    Active is what the current version says. Each week is looked for by the version in force when it is due.
    Weeks come first so that work copied from another vendor's earlier week is compared with it.
    """
    found = []
    for contract_id in (row.contract_id for row in current_contracts(place.books)):
        for week, row in versions_by_week(place.books, contract_id).items():
            contract = terms_of(row.digest, place)
            if contract.term.week_start(week) > as_of:
                break
            expect(place.books, contract_id, week, row.digest, as_of)
            batch = current_batch(place.books, contract_id, week)
            if _wanted(place, contract, week, as_of, batch):
                found.append((week, contract_id))
    return tuple((contract_id, week) for week, contract_id in sorted(found))


def inboxes(place: Workspace, as_of: datetime) -> dict[str, tuple[str, int]]:
    """Folder below the drop → (contract id, week), for every week of an active contract that has begun."""
    found = {}
    for contract_id in (row.contract_id for row in current_contracts(place.books)):
        for week, row in versions_by_week(place.books, contract_id).items():
            contract = terms_of(row.digest, place)
            if contract.term.week_start(week) <= as_of:
                found[contract.inbox(week)] = (contract_id, week)
    return found


def _wanted(place: Workspace, contract: Contract, week: int, as_of: datetime, batch: BatchRow | None) -> bool:
    """Is the week's delivery due, here before its time, or here again?"""
    settled = batch is not None and batch.settled
    if not settled and contract.term.due(week) <= as_of:
        return True
    try:
        arrival = find_delivery(place.drop, contract.inbox(week), contract, as_of)
        if arrival is None or batch is None or not settled:
            return arrival is not None
        return _delivered_anew(place, contract, arrival, batch)
    except DeliveryError:
        return True  # something is there; the walk says what is wrong with it, once


def _delivered_anew(place: Workspace, contract: Contract, arrival: Arrival, batch: BatchRow) -> bool:
    """Does the folder hold, or its manifest promise, other files than those judged?

    Without a manifest names and sizes tell, and whether a file changed after the batch was judged.
    """
    if arrival.manifest_bytes is not None:
        promised = parse_manifest(arrival.manifest_bytes, arrival.manifest_file)
        return delivery_id(file.sha256 for file in promised.files) != batch.delivery_id
    if batch.delivery_id is None:
        return True
    judged = json.loads(place.store.get(listing_key(contract, batch.week, batch.delivery_id)))
    now = {(info.key, info.bytes) for info in arrival.files}
    if now != {(file["name"], file["bytes"]) for file in judged}:
        return True
    return any(info.modified is not None and info.modified > batch.as_of for info in arrival.files)


@task(**STAGE)
def note_absences(place: Workspace, outcomes: Iterable[WeekOutcome], as_of: datetime) -> None:
    """Mark deliveries late that have not come although they were due."""
    for outcome in outcomes:
        if outcome.state in ("absent", "refused"):
            terms = terms_in_force(outcome.contract_id, outcome.week, place)
            if as_of > terms.term.due(outcome.week):
                mark_late(place.books, outcome.contract_id, outcome.week, as_of)
