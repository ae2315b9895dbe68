"""Which contract weeks are open, and which deliveries are missing."""

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol

from prefect import task

from contracts.model import Contract
from rampart.delivery.errors import DeliveryError
from rampart.delivery.landing import find_delivery
from rampart.ledger.batch_rows import current_batch
from rampart.ledger.batches import expect, mark_late
from rampart.ledger.contracts import current_contracts
from tasks.policy import STAGE
from tasks.workspace import Workspace, terms_of


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
    """(contract, week) of every active contract's unsettled weeks, due or arrived, by week then contract.

    Weeks come first so that work copied from another vendor's earlier week is compared with it.
    """
    found = []
    for row in current_contracts(place.books):
        contract = terms_of(row.digest, place)
        for week in range(1, contract.term.weeks + 1):
            if contract.term.week_start(week) > as_of:
                break
            expect(place.books, row.contract_id, week, row.digest, as_of)
            batch = current_batch(place.books, row.contract_id, week)
            if (batch is None or not batch.settled) and _wanted(place, contract, week, as_of):
                found.append((week, row.contract_id))
    return tuple((contract_id, week) for week, contract_id in sorted(found))


def _wanted(place: Workspace, contract: Contract, week: int, as_of: datetime) -> bool:
    """Is the week's delivery due, or here before its time?"""
    if contract.term.due(week) <= as_of:
        return True
    try:
        return find_delivery(place.drop, contract.inbox(week), contract) is not None
    except DeliveryError:
        return True  # something is there; the walk says what is wrong with it


@task(**STAGE)
def note_absences(place: Workspace, outcomes: Iterable[WeekOutcome], as_of: datetime) -> None:
    """Mark deliveries late that have not come although they were due."""
    due = {row.contract_id: terms_of(row.digest, place).term for row in current_contracts(place.books)}
    for outcome in outcomes:
        if outcome.state in ("absent", "refused") and as_of > due[outcome.contract_id].due(outcome.week):
            mark_late(place.books, outcome.contract_id, outcome.week, as_of)
