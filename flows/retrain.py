"""Reward models: one training for every accepted batch revision, in the order of the weeks."""

from datetime import datetime

from prefect import flow

from flows.moment import business_time
from tasks.retrain import book_training, requests, train_on
from tasks.workspace import workspace


@flow(name="retrain")
def retrain(as_of: datetime | None = None, program: str | None = None) -> tuple[str, ...]:
    """Answer every accepted batch that no training has answered; gives one reason each.

    An event or a schedule may start it as often as it likes: a request is answered in the transaction that
    books its training, so each is answered once.
    """
    at = business_time(as_of)
    with workspace() as place:
        return tuple(
            book_training(place, request, train_on(place, request), at)
            for request in requests(place, program)
        )
