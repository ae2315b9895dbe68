import subprocess
from datetime import timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from contracts.model import Contract
from rampart.ledger.claims import this_worker
from rampart.ledger.clock import database_now
from rampart.ledger.engine import reading, writing
from rampart.ledger.errors import ClaimLostError
from rampart.ledger.export import export_ledger
from rampart.ledger.outbox import STUCK_AFTER, OutboxRow, mark_done, pending
from rampart.ledger.tables import Outbox
from rampart.ledger.turns import LONGEST_WAIT_S, Turn, give_up, keep, take, wait_s
from tests.ledger.books import judged

ELSEWHERE = "elsewhere:1:a"  # a worker of another machine: only its lease says whether it lives


def request(engine: Engine, contract: Contract) -> OutboxRow:
    """A request for training that nobody has answered."""
    judged(engine, contract, 1)
    return pending(engine, "batch.accepted")[0]


def taken(engine: Engine, row: OutboxRow, owner: str = ELSEWHERE, lease_s: float = 60) -> Turn:
    turn = take(engine, row.id, owner, lease_s)
    assert turn is not None
    return turn


def of(engine: Engine, row: OutboxRow) -> Outbox:
    with reading(engine) as session:
        return session.exec(select(Outbox).where(Outbox.id == row.id)).one()


def test_a_row_has_one_worker_at_a_time(engine: Engine, contract: Contract) -> None:
    row = request(engine, contract)
    taken(engine, row)
    assert take(engine, row.id, this_worker(), 60) is None


def test_a_turn_whose_lease_has_run_out_is_taken_over_with_a_higher_fence(
    engine: Engine, contract: Contract
) -> None:
    row = request(engine, contract)
    first = taken(engine, row, lease_s=0)
    second = taken(engine, row, this_worker())
    assert second.fence == first.fence + 1
    with pytest.raises(ClaimLostError, match="drop this work"):
        keep(engine, first, 60)


def test_a_worker_of_this_machine_that_is_dead_holds_nothing(engine: Engine, contract: Contract) -> None:
    gone = subprocess.Popen(["true"])
    gone.wait()
    row = request(engine, contract)
    host = this_worker().split(":", maxsplit=1)[0]
    taken(engine, row, f"{host}:{gone.pid}:a")
    taken(engine, row)


def test_done_work_is_nobody_s_turn(engine: Engine, contract: Contract) -> None:
    row = request(engine, contract)
    mine = taken(engine, row)
    mark_done(engine, row.id)
    assert take(engine, row.id, ELSEWHERE, 60) is None
    with pytest.raises(ClaimLostError):
        keep(engine, mine, 60)
    give_up(engine, mine, "late")  # is no error, and no failure
    assert of(engine, row).attempts == 0


def test_a_failure_is_noted_and_the_row_rests_by_the_database_s_clock(
    engine: Engine, contract: Contract
) -> None:
    row = request(engine, contract)
    give_up(engine, taken(engine, row), "no answer " * 100)
    found = of(engine, row)
    with reading(engine) as session:
        wait = (found.next_try_at or found.as_of) - database_now(session)
    assert timedelta(seconds=40) < wait <= timedelta(seconds=60)
    assert (found.attempts, found.owner, len(found.last_error)) == (1, None, 300)
    waiting = pending(engine, "batch.accepted")[0]
    assert (waiting.resting, waiting.stuck) == (True, False)


def test_a_worker_that_lost_its_turn_notes_no_failure(engine: Engine, contract: Contract) -> None:
    row = request(engine, contract)
    lost = taken(engine, row, lease_s=0)
    taken(engine, row)
    give_up(engine, lost, "too late")
    assert (of(engine, row).attempts, of(engine, row).owner) == (0, ELSEWHERE)


def test_a_row_that_fails_again_and_again_is_stuck_and_still_pending(
    engine: Engine, contract: Contract
) -> None:
    row = request(engine, contract)
    for _ in range(STUCK_AFTER):
        give_up(engine, taken(engine, row), "no answer")
    waiting = pending(engine, "batch.accepted")[0]
    assert waiting.stuck
    assert str(waiting) == "batch.accepted of acme-1 week 1"


def test_each_wait_is_twice_the_one_before_up_to_six_hours() -> None:
    assert [wait_s(n) for n in (1, 2, 3, 9, 10, 1000)] == [
        60,
        120,
        240,
        15360,
        LONGEST_WAIT_S,
        LONGEST_WAIT_S,
    ]


def test_turns_and_failures_leave_no_trace_in_the_export(engine: Engine, contract: Contract) -> None:
    row = request(engine, contract)
    before = export_ledger(engine)
    give_up(engine, taken(engine, row), "no answer")
    taken(engine, row)
    assert export_ledger(engine) == before


def test_the_database_s_clock_is_utc_and_moves_on(engine: Engine) -> None:
    with writing(engine) as session:
        first, second = database_now(session), database_now(session)
    assert first.utcoffset() == timedelta(0)
    assert first <= second
