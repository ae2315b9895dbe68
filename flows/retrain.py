"""Reward models: one training for every accepted batch revision, in the order of the weeks."""

from datetime import datetime

from prefect import flow

from tasks.retrain import book_training, requests, train_on
from tasks.workspace import workspace


@flow(name="retrain")
def retrain(as_of: datetime, program: str | None = None) -> tuple[str, ...]:
    """Answer every accepted batch that no training has answered; gives one reason each.

    An event or a schedule may start it as often as it likes: a request is answered in the transaction that
    books its training, so each is answered once.
    """
    with workspace() as place:
        return tuple(
            book_training(place, request, train_on(place, request), as_of)
            for request in requests(place, program)
        )
