"""Notices → the store and, where one is set, a webhook: at least once, under an id that stays the same."""

from dataclasses import dataclass

from prefect import get_run_logger, task

from rampart.delivery.errors import DeliveryError
from rampart.ledger.claims import this_worker
from rampart.ledger.notices import notice, notice_key, queues
from rampart.ledger.outbox import NOTICES, OutboxRow, mark_done, pending
from rampart.ledger.turns import Turn, give_up, take
from rampart.settings import Settings
from rampart.webhook import UndeliveredError, post
from tasks.policy import STAGE
from tasks.workspace import Workspace


@dataclass(frozen=True)
class Sent:
    """How many notices went out, how many wait for another try, and which failed so often that it is odd."""

    sent: int
    waiting: int
    stuck: tuple[str, ...]


@task(**STAGE)
def send_notices(place: Workspace) -> Sent:
    """Send what waits, each contract's notices in the order things happened.

    The first that fails holds up the later ones of its contract, and no other contract's. It rests, is tried
    again for ever, and is marked done only when every receiver has it.
    """
    sent = sum(_send(place, queue) for queue in queues(place.books))
    left = pending(place.books, *NOTICES)
    stuck = tuple(f"{row}: {row.last_error} ({row.attempts} tries)" for row in left if row.stuck)
    for said in stuck:
        get_run_logger().error("cannot be sent: %s", said)
    return Sent(sent, len(left), stuck)


def _send(place: Workspace, queue: tuple[OutboxRow, ...]) -> int:
    """Send one contract's queue as far as it goes; gives how many went out."""
    for number, row in enumerate(queue):
        turn = None if row.resting else take(place.books, row.id, this_worker(), place.lease_s)
        if turn is None or not _delivered(place, row, turn):
            return number
        mark_done(place.books, row.id)
    return len(queue)


def _delivered(place: Workspace, row: OutboxRow, turn: Turn) -> bool:
    """Give a notice to every receiver; a failure is noted on the row."""
    chosen = Settings()
    body = notice(row)
    try:
        place.store.put_once(notice_key(row.id), body)
        if chosen.notify_url is not None:
            post(chosen.notify_url.get_secret_value(), row.id, body, chosen.notify_timeout_s)
    except (UndeliveredError, DeliveryError, OSError) as error:
        get_run_logger().warning("%s was not sent: %s", row, error)
        give_up(place.books, turn, _in_our_words(error))
        return False
    return True


def _in_our_words(error: Exception) -> str:
    if isinstance(error, UndeliveredError | DeliveryError):
        return str(error)
    return f"the store could not be written to ({type(error).__name__})"
