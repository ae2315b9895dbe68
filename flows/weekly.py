"""The weekly round: what is due or has arrived for every active contract, then retraining and notices."""

from datetime import datetime
from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State

from flows.moment import business_time
from flows.outcome import Outcome, UnfinishedRoundError, unfinished
from flows.process_delivery import process_delivery
from flows.rejudge import rejudge
from flows.retrain import retrain
from tasks.calendar import note_absences, open_weeks
from tasks.notify import send_notices
from tasks.workspace import workspace


@flow(name="weekly")
def weekly(as_of: datetime | None = None) -> tuple[Outcome, ...]:
    """Judge every delivery that has arrived by `as_of`, mark what is late, and retrain once a batch accepted.

    One part's failure does not hold up the others; the round then fails at its end (`UnfinishedRoundError`),
    naming it.
    """
    at = business_time(as_of)
    with workspace() as place:
        due = open_weeks(place, at)
        states = [process_delivery(contract_id, week, at, return_state=True) for contract_id, week in due]
        outcomes = tuple(state.result() for state in states if state.is_completed())
        rejudged = rejudge(return_state=True)
        note_absences(place, outcomes, at)
        trained = retrain(at, return_state=True)
        send_notices(place)
        named = [f"{contract_id} week {week}" for contract_id, week in due]
        parts: dict[str, State[Any]] = dict(zip(named, states, strict=True))
        if failed := unfinished({**parts, "disputes": rejudged, "reward models": trained}):
            raise UnfinishedRoundError(f"could not finish {'; '.join(failed)}. Everything else was done")
        return outcomes
