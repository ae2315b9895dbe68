"""Keeping a claim for as long as its work takes: a thread renews the lease beside the work.

A worker that is stopped (a paused machine, SIGSTOP) renews nothing, loses its lease and is taken over; its
fence then refuses what it writes after waking up. A database that is away for a moment costs nothing: the
lease has two more chances before it runs out, and as long as nobody took the batch over, a lease that did run
out is kept on.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from rampart.ledger.claims import Claim, release, renew
from rampart.ledger.errors import ClaimLostError

RENEWALS_A_LEASE = 3


@contextmanager
def kept(engine: Engine, claim: Claim, lease_s: float) -> Iterator[None]:
    """Hold `claim` while the block runs, and give it back however the block ends.

    Raises:
        ClaimLostError: at the end of the block, if another worker took the batch over meanwhile.
    """
    keeper = _Keeper(engine, claim, lease_s)
    keeper.start()
    try:
        yield
    finally:
        keeper.stop()
        # Without an answer from the database the lease ends by itself, and the block's own error is the news.
        with suppress(DBAPIError):
            release(engine, claim)
    if keeper.lost:
        raise keeper.lost


class _Keeper(threading.Thread):
    """Renews one claim until told to stop; `lost` says who has it now, if it is gone."""

    def __init__(self, engine: Engine, claim: Claim, lease_s: float) -> None:
        super().__init__(name=f"keeps {claim.batch}", daemon=True)
        self.lost: ClaimLostError | None = None
        self._engine, self._claim, self._lease_s = engine, claim, lease_s
        self._done = threading.Event()

    def run(self) -> None:
        while not self._done.wait(self._lease_s / RENEWALS_A_LEASE):
            try:
                renew(self._engine, self._claim, self._lease_s)
            except ClaimLostError as error:
                self.lost = error
                return
            except DBAPIError:  # away for a moment; the next renewal tells whether the claim was lost by it
                continue

    def stop(self) -> None:
        """Renew no more; returns when a renewal that was under way is over."""
        self._done.set()
        self.join()
