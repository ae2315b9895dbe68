"""Notices to people, now: what waits in the outbox goes out."""

from datetime import datetime

from prefect import flow

from tasks.notify import Sent, send_notices
from tasks.workspace import workspace


@flow(name="notify")
def notify(now: datetime | None = None) -> Sent:
    """Send every notice that waits; those that fail are tried again by `reconcile`.

    Quiet hours are those of people's clocks, so `now` is the real moment unless told.
    """
    with workspace() as place:
        return send_notices(place, now)
