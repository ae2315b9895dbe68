import os
import socket
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine

from contracts.model import Contract
from rampart.ledger.batch_rows import BatchKey
from rampart.ledger.batches import current_batch, expect, receive
from rampart.ledger.claims import Claim, advance, claim, release, renew, this_worker
from rampart.ledger.errors import ClaimLostError, TransitionError, UnknownBatchError
from rampart.ledger.settlement import settle
from tests.ledger.books import RULES, audited, day, judged, outcome

HOST = socket.gethostname()


@pytest.fixture
def key(engine: Engine, contract: Contract) -> BatchKey:
    """A received batch, free to claim."""
    return receive(engine, contract.contract_id, 1, "d1", contract.digest, RULES, day(7)).key


def granted(engine: Engine, key: BatchKey, owner: str = "elsewhere:1:a", lease_s: float = 60) -> Claim:
    found = claim(engine, key, owner, lease_s)
    assert found is not None
    return found


def state(engine: Engine, key: BatchKey) -> str:
    found = current_batch(engine, key.contract_id, key.week)
    assert found is not None
    return found.state


def test_of_many_workers_racing_for_a_batch_exactly_one_gets_it(engine: Engine, key: BatchKey) -> None:
    workers = 8
    together = threading.Barrier(workers)

    def race(number: int) -> Claim | None:
        together.wait()
        return claim(engine, key, f"elsewhere:{number}:x", 60)

    with ThreadPoolExecutor(workers) as pool:
        won = [found for found in pool.map(race, range(workers)) if found]
    assert len(won) == 1
    assert won[0].fence == 1


def test_of_many_workers_racing_for_an_expired_lease_exactly_one_gets_it(
    engine: Engine, key: BatchKey
) -> None:
    granted(engine, key, lease_s=0)
    with ThreadPoolExecutor(4) as pool:
        won = list(pool.map(lambda n: claim(engine, key, f"elsewhere:{n}:x", 60), range(4)))
    assert sum(found is not None for found in won) == 1


def test_a_running_lease_keeps_others_out(engine: Engine, key: BatchKey) -> None:
    granted(engine, key)
    assert claim(engine, key, "elsewhere:2:b", 60) is None


def test_an_expired_lease_is_taken_over_with_a_higher_fence(engine: Engine, key: BatchKey) -> None:
    first = granted(engine, key, lease_s=0)
    second = granted(engine, key, "elsewhere:2:b")
    assert second.fence == first.fence + 1


def test_a_worker_that_was_taken_over_writes_nothing_more(engine: Engine, contract: Contract) -> None:
    slow = audited(engine, contract, 1)
    renew(engine, slow, 0)
    quick = granted(engine, slow.batch, "elsewhere:2:b")
    with pytest.raises(ClaimLostError, match="elsewhere:2:b has it with fence 2"):
        settle(engine, slow, outcome(), day(8))
    with pytest.raises(ClaimLostError, match="elsewhere:2:b has it with fence 2"):
        advance(engine, slow, "landed", day(8))
    with pytest.raises(ClaimLostError, match="elsewhere:2:b has it with fence 2"):
        renew(engine, slow, 60)
    release(engine, slow)  # gives back nothing: the claim is the other's now
    settle(engine, quick, outcome(), day(8))
    assert state(engine, slow.batch) == "accepted"


def test_a_lease_whose_process_on_this_host_died_is_taken_over_at_once(engine: Engine, key: BatchKey) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    granted(engine, key, f"{HOST}:{gone.pid}:x")
    assert granted(engine, key, "elsewhere:2:b").fence == 2


@pytest.mark.parametrize(
    "owner",
    [
        f"{HOST}:{os.getpid()}:x",  # alive
        f"{HOST}:1:x",  # alive, and perhaps another user's
        "elsewhere:999999999:x",  # another host's processes cannot be seen from here
        "no-process-named",
        f"{HOST}:{2**70}:x",
    ],
    ids=["alive", "somebody-elses", "another-host", "unnamed", "no-pid"],  # the same names in every worker
)
def test_a_lease_whose_owner_may_be_alive_is_waited_for(engine: Engine, key: BatchKey, owner: str) -> None:
    granted(engine, key, owner)
    assert claim(engine, key, "elsewhere:2:b", 60) is None


def test_a_released_batch_is_free_and_its_old_claim_is_void(engine: Engine, key: BatchKey) -> None:
    first = granted(engine, key)
    release(engine, first)
    with pytest.raises(ClaimLostError, match="given back"):
        advance(engine, first, "landed", day(7))
    assert granted(engine, key, "elsewhere:2:b").fence == 2


def test_renewing_keeps_a_lease_running(engine: Engine, key: BatchKey) -> None:
    mine = granted(engine, key, lease_s=0)
    renew(engine, mine, 60)
    assert claim(engine, key, "elsewhere:2:b", 60) is None


def test_a_settled_or_undelivered_batch_has_nothing_to_claim(engine: Engine, contract: Contract) -> None:
    assert claim(engine, judged(engine, contract, 1), this_worker(), 60) is None
    expect(engine, contract.contract_id, 2, contract.digest, day(0))
    assert claim(engine, BatchKey(contract.contract_id, 2, 1), this_worker(), 60) is None


def test_a_batch_that_is_not_on_the_books_cannot_be_claimed(engine: Engine) -> None:
    with pytest.raises(UnknownBatchError, match="nobody week 1 revision 1"):
        claim(engine, BatchKey("nobody", 1, 1), this_worker(), 60)


def test_no_stage_is_skipped(engine: Engine, key: BatchKey) -> None:
    mine = granted(engine, key)
    with pytest.raises(TransitionError, match="is received; it cannot become gated"):
        advance(engine, mine, "gated", day(7))
    with pytest.raises(TransitionError, match="the stages are landed, gated, audited"):
        advance(engine, mine, "accepted", day(7))  # type: ignore[arg-type]


def test_a_worker_that_takes_over_goes_on_from_the_stage_reached(engine: Engine, key: BatchKey) -> None:
    first = granted(engine, key, lease_s=0)
    advance(engine, first, "landed", day(7))
    second = granted(engine, key, "elsewhere:2:b")
    advance(engine, second, "landed", day(7))
    advance(engine, second, "gated", day(7))
    assert state(engine, key) == "gated"


def test_this_worker_is_named_by_host_and_process() -> None:
    assert this_worker().rsplit(":", 1)[0] == f"{HOST}:{os.getpid()}"
    assert this_worker() != this_worker()
