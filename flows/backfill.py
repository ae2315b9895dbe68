"""Past weeks again, under the rules in force when they were due, or under others."""

from datetime import datetime

from prefect import flow

from flows.moment import business_time
from flows.outcome import Outcome
from flows.process_delivery import process_delivery
from flows.retrain import retrain


@flow(name="backfill")
def backfill(
    contract_id: str,
    first_week: int,
    last_week: int,
    as_of: datetime | None = None,
    *,
    under: str | None = None,
    terms: str | None = None,
    dry_run: bool = False,
) -> tuple[Outcome, ...]:
    """Judge landed weeks anew, from our own copies, oldest first.

    Weeks whose rules have not changed stay as they are. A new verdict is a new revision beside the old one.

    Args:
        contract_id: a contract on the books.
        first_week: first contract week, from 1.
        last_week: last contract week, included.
        as_of: the business time of the run; default: when it was due to start.
        under: a registered version to judge all of them by; default: for each week the version in force when
            it was due.
        terms: for a dry run, a contract file to judge by.
        dry_run: publish and book nothing; say what would change.
    """
    at = business_time(as_of)
    outcomes = tuple(
        process_delivery(contract_id, week, at, from_books=True, under=under, terms=terms, dry_run=dry_run)
        for week in range(first_week, last_week + 1)
    )
    if any(outcome.changed for outcome in outcomes):
        retrain(at)
    return outcomes
