"""Deliveries whose discards were reinstated, or that failed a review: judged anew, from our own copies."""

from prefect import flow
from prefect.logging import get_run_logger

from flows.outcome import UnfinishedRoundError
from flows.process_delivery import process_delivery
from rampart.ledger.outbox import OutboxRow
from rampart.ledger.states import SETTLED
from tasks.rejudge import note_answered, rejudgements, still_asked
from tasks.turns import turn_of
from tasks.workspace import Workspace, workspace


@flow(name="rejudge")
def rejudge(*, patient: bool = False) -> tuple[str, ...]:
    """Answer every ruling that reinstated records and every review that failed; gives weeks and states.

    The delivery is judged under the version it was judged under before, at the business time of the request.
    A request is answered once the delivery is settled; it may run at any time, as often as it likes.

    Args:
        patient: leave requests alone that failed and rest until their next try.
    """
    told: list[str] = []
    failed: list[str] = []
    with workspace() as place:
        for request in rejudgements(place, patient):
            try:
                told += _answered(place, request)
            except Exception as error:  # it rests; the others are judged all the same
                get_run_logger().exception("%s was not judged anew", request)
                failed.append(f"{request.contract_id} week {request.week}: {error}")
    if failed:
        raise UnfinishedRoundError(f"could not judge anew {'; '.join(failed)}. The others were judged")
    return tuple(told)


def _answered(place: Workspace, request: OutboxRow) -> tuple[str, ...]:
    with turn_of(place, request) as mine:
        if not mine:
            return ()
        asked = still_asked(place, request)
        if asked is None:
            note_answered(place, request)
            return ()
        outcome = process_delivery(
            request.contract_id,
            request.week,
            request.as_of,
            from_books=True,
            under=asked.version,
            after=asked.revision,
        )
        if outcome.state == "busy":  # somebody judges the week now; the next round looks again
            return ()
        if outcome.state not in SETTLED:
            raise UnfinishedRoundError(outcome.reason)
        note_answered(place, request)
        return (f"{request.contract_id} week {request.week}: {outcome.state}",)
