"""Every ten minutes: what a crash or a lost event left behind is taken up from the books."""

from datetime import datetime

from prefect import flow

from flows.moment import business_time
from flows.parts import tried
from flows.process_delivery import process_delivery
from flows.reconciled import Reconciled
from flows.rejudge import rejudge
from flows.retrain import retrain
from tasks.clock import run_clock
from tasks.hand_over import HandedOver, hand_over_packs
from tasks.notify import Sent, send_notices
from tasks.ramp import decide_ramps
from tasks.reconcile import MOST_TRIES, clear_leftovers, flag_missing, left_lying, note_stuck
from tasks.runs import close_lost_runs
from tasks.scorecard import keep_scorecards
from tasks.workspace import Workspace, workspace


@flow(name="reconcile")
def reconcile(as_of: datetime | None = None) -> Reconciled:
    """Judge what was left or reinstated, flag what is missing, close dead runs, send packs and notices.

    It may run at any time, twice in a row or twice at once: the second finds nothing to do. One part's
    failure does not stop the others; the report names it. Training goes late, because it may take hours, and
    only scorecards after it, because what was trained is in them.
    """
    at = business_time(as_of)
    problems: list[str] = []
    with workspace() as place:
        finished, stuck = tried(problems, "deliveries", lambda: _take_up(place, at)) or ((), ())
        rejudged = tried(problems, "disputes", lambda: rejudge(patient=True)) or ()
        late = tried(problems, "missing weeks", lambda: flag_missing(place, at)) or ()
        tried(problems, "go or no-go", lambda: decide_ramps(place, at))
        called = tried(problems, "the SLA clock", lambda: run_clock(place, at)) or ()
        closed = tried(problems, "runs", lambda: close_lost_runs(place, at)) or ()
        cleared = tried(problems, "unfinished writes", lambda: clear_leftovers(place)) or 0
        packs = tried(problems, "feedback packs", lambda: hand_over_packs(place)) or HandedOver()
        post = tried(problems, "notices", lambda: send_notices(place)) or Sent(0, 0, ())
        trained = tried(problems, "training", lambda: retrain(at, patient=True)) or ()
        tried(problems, "scorecards", lambda: keep_scorecards(place, at))
    return Reconciled(
        sent=post.sent,
        waiting=post.waiting,
        unsendable=(*post.stuck, *packs.stuck),
        handed_over=packs.packs,
        finished=finished,
        rejudged=rejudged,
        stuck=stuck,
        late=late,
        called=called,
        closed=closed,
        cleared=cleared,
        trained=trained,
        problems=tuple(problems),
    )


def _take_up(place: Workspace, as_of: datetime) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Judge to the end what a worker left: what was finished, and what cannot be.

    From our landed copy, under the terms and at the business time the delivery was received: the books then
    read as if it had never been left.
    """
    finished, stuck = [], []
    for left in left_lying(place):
        key, begun = left.batch.key, left.batch.as_of
        if left.tries >= MOST_TRIES:
            stuck.append(note_stuck(place, left, None, as_of))
            continue
        try:
            outcome = process_delivery(key.contract_id, key.week, begun, from_books=True, under=left.version)
        except Exception as error:
            stuck.append(note_stuck(place, left, error, as_of))
            continue
        if outcome.changed:
            finished.append(f"{key.contract_id} week {key.week}: {outcome.state}")
    return tuple(finished), tuple(stuck)
