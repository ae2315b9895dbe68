"""Reward models: one training for every accepted batch revision, in the order of the weeks."""

from datetime import datetime

from prefect import flow

from flows.moment import business_time
from rampart.ledger.outbox import OutboxRow
from rampart.retrain.run import NothingToTrain
from tasks.gain import judge_gains
from tasks.retrain import Trained, book_training, requests, train_on
from tasks.turns import turn_of
from tasks.workspace import Workspace, workspace
from tasks.worth import value


@flow(name="retrain")
def retrain(
    as_of: datetime | None = None,
    program: str | None = None,
    *,
    patient: bool = False,
    by_hand: bool = False,
) -> tuple[str, ...]:
    """Answer every batch accepted, or taken back, that no training has answered; gives one reason each.

    An event or a schedule may start it as often as it likes: a request is answered in the transaction that
    books its training, so each is answered once. While another worker trains for a programme, this one leaves
    that programme alone: a model must know what the one before it did.

    Args:
        as_of: the business time of the run; default: when it was due to start.
        program: only this programme.
        patient: leave requests alone that failed and rest until their next try.
        by_hand: a person asks, so answer those too whose contract lets nothing else start a training.
    """
    at = business_time(as_of)
    reasons: list[str] = []
    taken: set[str] = set()
    with workspace() as place:
        for request in requests(place, program, patient, by_hand):
            if request.program in taken:
                continue
            with turn_of(place, request) as mine:
                if mine:
                    reasons.append(_answer(place, request, at))
                else:
                    taken.add(request.program)
        judge_gains(place, program, at)
    return tuple(reasons)


def _answer(place: Workspace, request: OutboxRow, at: datetime) -> str:
    """Train and book it; anew, as often as data it was trained on are deleted meanwhile."""
    while (reason := book_training(place, request, _valued(place, request, at), at)) is None:
        continue
    return reason


def _valued(place: Workspace, request: OutboxRow, at: datetime) -> Trained | NothingToTrain:
    return value(place, request, train_on(place, request), at)
