"""The weekly round: what is due or has arrived for every active contract, then retraining and notices."""

from datetime import datetime

from prefect import flow

from flows.moment import business_time
from flows.outcome import Outcome, UnfinishedRoundError
from flows.process_delivery import process_delivery
from flows.rejudge import rejudge
from flows.retrain import retrain
from tasks.calendar import note_absences, open_weeks
from tasks.notify import send_notices
from tasks.workspace import workspace


@flow(name="weekly")
def weekly(as_of: datetime | None = None) -> tuple[Outcome, ...]:
    """Judge every delivery that has arrived by `as_of`, mark what is late, and retrain once a batch accepted.

    One contract's failure does not hold up the others; the round then fails at its end
    (`UnfinishedRoundError`), naming it.
    """
    at = business_time(as_of)
    with workspace() as place:
        due = open_weeks(place, at)
        states = [process_delivery(contract_id, week, at, return_state=True) for contract_id, week in due]
        outcomes = tuple(state.result() for state in states if state.is_completed())
        disputes = rejudge(return_state=True)
        note_absences(place, outcomes, at)
        retrain(at)
        send_notices(place)
        failed = [
            f"{contract_id} week {week}"
            for (contract_id, week), state in zip(due, states, strict=True)
            if not state.is_completed()
        ]
        if not disputes.is_completed():
            failed.append("what a ruling reinstated")
        if failed:
            names = ", ".join(failed)
            raise UnfinishedRoundError(f"could not judge {names}; the other contracts were judged")
        return outcomes
