"""Holding the turn of an outbox row while its work is done, however long that takes."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from rampart.ledger.claims import this_worker
from rampart.ledger.errors import ClaimLostError
from rampart.ledger.outbox import OutboxRow
from rampart.ledger.turns import Turn, give_up, keep, release, take
from tasks.workspace import Workspace

RENEWALS = 3  # in one lease: two may be missed before the turn is lost


@contextmanager
def turn_of(place: Workspace, row: OutboxRow) -> Iterator[bool]:
    """Is the work of `row` ours within the block? It stays so, by a thread that renews the lease.

    An error in the block ends the turn and is noted on the row; a process that dies lets the lease run out.
    """
    turn = take(place.books, row.id, this_worker(), place.lease_s)
    if turn is None:
        yield False
        return
    over = threading.Event()
    keeper = threading.Thread(target=_keep, args=(place, turn, over), daemon=True)
    keeper.start()
    try:
        yield True
    except Exception as error:
        give_up(place.books, turn, f"it ended with {type(error).__name__}; the run's log says more")
        raise
    else:
        release(place.books, turn)
    finally:
        over.set()
        keeper.join()


def _keep(place: Workspace, turn: Turn, over: threading.Event) -> None:
    while not over.wait(place.lease_s / RENEWALS):
        try:
            keep(place.books, turn, place.lease_s)
        except ClaimLostError:  # the books take the first result, whoever brings it
            return
        except Exception:  # noqa: S112 (a database that is away now may be back before the lease ends)
            continue
