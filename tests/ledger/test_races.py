"""Eight workers at once, as threads and as processes, on either database: one result, the rest are told."""

import multiprocessing
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import pytest
from sqlalchemy import Engine, text
from sqlmodel import select

from contracts.model import Contract
from rampart.ledger.batch_rows import BatchKey
from rampart.ledger.batches import current_batch, move, receive
from rampart.ledger.claims import Claim, claim
from rampart.ledger.engine import open_ledger, writing
from rampart.ledger.errors import DeliveryConflictError, LedgerError, TransitionError
from rampart.ledger.export import export_ledger
from rampart.ledger.settlement import settle
from rampart.ledger.tables import Batch
from rampart.ledger.verify import verify_books
from tests.ledger.books import RULES, audited, claimed, day, judged, outcome, register, terms

WORKERS = 8
CONTRACT = terms()


@dataclass(frozen=True)
class Together:
    """Workers that begin at the same moment."""

    pool: Executor

    def all(self, work: Callable[[int], str]) -> list[str]:
        """What each worker, numbered from 0, made of it."""
        return list(self.pool.map(work, range(WORKERS)))


@pytest.fixture(params=["threads", pytest.param("processes", marks=pytest.mark.slow)], scope="module")
def together(request: pytest.FixtureRequest) -> Iterator[Together]:
    """Eight workers of either kind, kept for all tests: a process takes seconds to start."""
    if request.param == "threads":
        with ThreadPoolExecutor(WORKERS) as threads:
            yield Together(threads)
        return
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(WORKERS, spawn, _prepare, (spawn.Barrier(WORKERS),)) as processes:
        yield Together(processes)


def _prepare(barrier: "multiprocessing.synchronize.Barrier") -> None:
    barrier.wait(120)  # until every process has imported what it needs


def opened(url: str, work: Callable[[Engine, int], object], number: int) -> str:
    """What `work` says, or which error refuses it, on a connection of the worker's own."""
    engine = open_ledger(url)
    try:
        return f"{work(engine, number)}"
    except LedgerError as error:
        return f"{type(error).__name__}: {error}"
    finally:
        engine.dispose()


def redeliver(engine: Engine, number: int) -> str:
    about = (CONTRACT.digest, RULES, day(9), "d1")
    return f"won: {receive(engine, CONTRACT.contract_id, 1, f'again-{number}', *about).delivery_id}"


def take(engine: Engine, number: int) -> str:
    return f"{claim(engine, BatchKey(CONTRACT.contract_id, 1, 1), f'elsewhere:{number}:x', 60) is not None}"


def finish(mine: Claim, engine: Engine, number: int) -> str:
    """All of them hold the same claim, as after a lost answer, and found something else."""
    settle(engine, mine, outcome(accepted=80 + number), day(8))
    return "won"


def count_up(engine: Engine, _number: int) -> str:
    for _ in range(20):
        with writing(engine) as session:
            batch = session.exec(select(Batch)).one()
            batch.fence += 1
            session.add(batch)
    return "done"


def test_of_redeliveries_at_once_one_wins_and_the_others_are_told_which(
    either: Engine, either_url: str, together: Together
) -> None:
    register(either, CONTRACT)
    judged(either, CONTRACT, 1)
    said = together.all(partial(opened, either_url, redeliver))
    won = [answer.removeprefix("won: ") for answer in said if answer.startswith("won")]
    assert len(won) == 1
    told = [answer for answer in said if not answer.startswith("won")]
    assert len(told) == WORKERS - 1
    assert all(answer.startswith(DeliveryConflictError.__name__) and won[0] in answer for answer in told)
    batch = current_batch(either, CONTRACT.contract_id, 1)
    assert batch is not None
    assert (batch.revision, batch.delivery_id) == (2, won[0])
    assert verify_books(either) == ()


def test_a_batch_has_one_claim(either: Engine, either_url: str, together: Together) -> None:
    register(either, CONTRACT)
    receive(either, CONTRACT.contract_id, 1, "d1", CONTRACT.digest, RULES, day(7))
    said = together.all(partial(opened, either_url, take))
    assert sorted(said) == ["False"] * (WORKERS - 1) + ["True"]


def test_a_claim_settles_once(either: Engine, either_url: str, together: Together) -> None:
    register(either, CONTRACT)
    mine = audited(either, CONTRACT, 1)
    said = together.all(partial(opened, either_url, partial(finish, mine)))
    assert sorted(answer.split(":")[0] for answer in said) == ["ClaimLostError"] * (WORKERS - 1) + ["won"]
    (batch,) = export_ledger(either)["batches"]
    assert batch["files"][0]["accepted"] == 80 + said.index("won")
    assert verify_books(either) == ()


def test_writers_wait_for_each_other_and_lose_nothing(
    either: Engine, either_url: str, together: Together
) -> None:
    """On SQLite, deferred transactions answer this with `database is locked`."""
    register(either, CONTRACT)
    receive(either, CONTRACT.contract_id, 1, "d1", CONTRACT.digest, RULES, day(7))
    assert together.all(partial(opened, either_url, count_up)) == ["done"] * WORKERS
    with writing(either) as session:
        assert session.exec(select(Batch.fence)).one() == 20 * WORKERS


@pytest.mark.parametrize("meanwhile", ["state = 'landed'", "fence = fence + 1"])
def test_a_batch_that_was_moved_since_it_was_read_stays_where_it_is(
    engine: Engine, contract: Contract, meanwhile: str
) -> None:
    """The writer's lock already keeps two writers apart; the swap does not rest on it."""
    receive(engine, contract.contract_id, 1, "d1", contract.digest, RULES, day(7))
    claimed(engine, contract, 1)
    before = export_ledger(engine)
    with pytest.raises(TransitionError, match="moved since"), writing(engine) as session:
        batch = session.exec(select(Batch)).one()
        session.connection().execute(text(f"UPDATE batch SET {meanwhile}"))  # noqa: S608 (ours; behind the session)
        move(session, batch, "landed", day(7))
    assert export_ledger(engine) == before
