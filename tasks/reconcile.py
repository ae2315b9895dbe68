"""What fell between two runs: deliveries nobody works on, weeks nobody delivered."""

from datetime import UTC, datetime, timedelta

from prefect import get_run_logger, task

from rampart.delivery.arrival import find_delivery
from rampart.delivery.errors import DeliveryError
from rampart.delivery.leftovers import remove_leftovers
from rampart.ledger.abandoned import Abandoned, abandoned
from rampart.ledger.batch_rows import current_batch
from rampart.ledger.batches import expect, mark_late
from rampart.ledger.contracts import current_contracts
from rampart.ledger.in_force import versions_by_week
from rampart.ledger.notices import tell_stuck
from tasks.policy import STAGE
from tasks.workspace import Workspace, terms_of

# Workers a delivery may wear out before only the daily round and people try it again: what fails five times
# in a row fails for a reason that waiting does not mend, and a large delivery must not be walked all day.
MOST_TRIES = 5
LEFT_FOR = timedelta(days=7)  # no writer is at work that long, whatever the clocks say


@task(**STAGE)
def left_lying(place: Workspace) -> tuple[Abandoned, ...]:
    """Deliveries on the books that are not judged to their end and that no live worker has."""
    return abandoned(place.books)


@task(**STAGE)
def note_stuck(place: Workspace, left: Abandoned, error: Exception | None, as_of: datetime) -> str:
    """Tell people, once a revision, that a delivery cannot be judged; gives the sentence.

    `error` is None for a delivery that wore out its workers: they died, and could not say of what.
    """
    how = type(error).__name__ if error else f"{left.tries} workers failed at it, or died"
    problem = f"{left.batch.key} is {left.batch.state} and cannot be judged ({how})"
    get_run_logger().error("%s: %s", problem, error or "see the runs of its week, and the machine's memory")
    tell_stuck(place.books, left.batch, f"{problem}; the run's log says more", as_of)
    return problem


@task(**STAGE)
def clear_leftovers(place: Workspace) -> int:
    """Remove what killed writers left in the store unfinished, days ago; gives how many."""
    return remove_leftovers(place.store, datetime.now(UTC) - LEFT_FOR)


@task(**STAGE)
def flag_missing(place: Workspace, as_of: datetime) -> tuple[str, ...]:
    """Mark weeks late that were due before `as_of` and for which nothing complete lies in the drop.

    Each is said once. What does lie there is left to the weekly round, which judges it or says what is wrong.
    """
    found = []
    for contract_id in (row.contract_id for row in current_contracts(place.books)):
        for week, row in versions_by_week(place.books, contract_id).items():
            terms = terms_of(row.digest, place)
            if terms.term.due(week) >= as_of:
                break
            expect(place.books, contract_id, week, row.digest, as_of)
            batch = current_batch(place.books, contract_id, week)
            if batch is None or batch.state != "expected":
                continue
            try:
                if find_delivery(place.drop, terms.inbox(week), terms) is None:
                    mark_late(place.books, contract_id, week, as_of)
                    found.append(f"{contract_id} week {week}")
            except DeliveryError:
                continue
    return tuple(found)
