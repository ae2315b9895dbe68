"""Notices to people, now: what waits in the outbox goes out."""

from prefect import flow

from tasks.notify import Sent, send_notices
from tasks.workspace import workspace


@flow(name="notify")
def notify() -> Sent:
    """Send every notice that waits; those that fail are tried again by `reconcile`."""
    with workspace() as place:
        return send_notices(place)
