"""The weekly round: what is due or has arrived for every active contract, then retraining, packs, notices."""

from datetime import datetime
from functools import partial

from prefect import flow

from flows.moment import business_time
from flows.outcome import Outcome, UnfinishedRoundError
from flows.parts import tried
from flows.process_delivery import process_delivery
from flows.rejudge import rejudge
from flows.retrain import retrain
from tasks.calendar import note_absences, open_weeks
from tasks.clock import run_clock
from tasks.hand_over import hand_over_packs
from tasks.notify import send_notices
from tasks.ramp import decide_ramps
from tasks.scorecard import keep_scorecards
from tasks.workspace import workspace


@flow(name="weekly")
def weekly(as_of: datetime | None = None) -> tuple[Outcome, ...]:
    """Judge every delivery that has arrived by `as_of`, mark what is late, run the SLA clock, and
    retrain once a batch accepted.

    A contract whose decision week is over gets its go or no-go into the books; every programme its scorecard,
    once what the round judged and trained is in it.

    One part's failure does not hold up the others; the round then fails at its end (`UnfinishedRoundError`),
    naming it.
    """
    at = business_time(as_of)
    with workspace() as place:
        due = open_weeks(place, at)
        failed: list[str] = []
        judged = [
            tried(failed, f"{key} week {week}", partial(process_delivery, key, week, at)) for key, week in due
        ]
        outcomes = tuple(outcome for outcome in judged if outcome)
        tried(failed, "disputes", rejudge)
        note_absences(place, outcomes, at)
        tried(failed, "go or no-go", partial(decide_ramps, place, at))
        tried(failed, "the SLA clock", partial(run_clock, place, at))
        tried(failed, "reward models", partial(retrain, at))
        tried(failed, "scorecards", partial(keep_scorecards, place, at))
        tried(failed, "feedback packs", partial(hand_over_packs, place))
        tried(failed, "notices", partial(send_notices, place))
        if failed:
            raise UnfinishedRoundError(f"could not finish {'; '.join(failed)}. Everything else was done")
        return outcomes
