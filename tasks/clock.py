"""The SLA clock over every active contract: looks into the books and the drop, and writes what is new."""

from collections.abc import Iterator
from datetime import datetime

from prefect import get_run_logger, task

from contracts.model import Contract
from rampart.delivery.arrival import find_delivery
from rampart.delivery.errors import DeliveryError
from rampart.ledger.contracts import current_contracts
from rampart.ledger.in_force import versions_by_week
from rampart.ledger.sla import Call, note, overdue_data, unanswered, undelivered, volumes
from tasks.policy import STAGE
from tasks.workspace import Workspace, terms_of


@task(**STAGE)
def run_clock(place: Workspace, as_of: datetime) -> tuple[str, ...]:
    """Write down what time has brought about by `as_of`; gives what was new. Twice changes nothing."""
    found = note(place.books, _calls(place, as_of), as_of)
    for said in found:
        get_run_logger().warning("%s", said)
    return found


def _calls(place: Workspace, as_of: datetime) -> Iterator[Call]:
    for contract_id in (row.contract_id for row in current_contracts(place.books)):
        for week, row in versions_by_week(place.books, contract_id).items():
            terms = terms_of(row.digest, place)
            call = undelivered(place.books, contract_id, terms, week, as_of)
            if call is not None and not _lies_there(place, terms, week):
                yield call
    yield from volumes(place.books)
    yield from unanswered(place.books, as_of)
    yield from overdue_data(place.books, lambda digest: terms_of(digest, place), as_of)


def _lies_there(place: Workspace, terms: Contract, week: int) -> bool:
    """Is a whole delivery in the drop, that the next round will take in?"""
    try:
        return find_delivery(place.drop, terms.inbox(week), terms) is not None
    except DeliveryError:
        return False
