"""A claim lives as long as its work, and not a moment longer than its worker."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from unittest.mock import patch

import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from contracts.model import Contract
from rampart.ledger.batch_rows import find
from rampart.ledger.batches import current_batch
from rampart.ledger.claims import Claim, claim, renew
from rampart.ledger.engine import reading
from rampart.ledger.errors import ClaimLostError
from rampart.ledger.keeping import kept
from rampart.ledger.settlement import settle
from tests.ledger.books import audited, day, outcome

LEASE_S = 2.0  # long enough for a renewal on a busy machine, short enough to wait for
OTHER = "elsewhere:2:b"


@pytest.fixture
def mine(engine: Engine, contract: Contract) -> Claim:
    """A claim on a batch that waits for its settlement."""
    return audited(engine, contract, 1)


@contextmanager
def database_away() -> Iterator[None]:
    """No renewal reaches the database."""
    gone = OperationalError("UPDATE", {}, Exception("server closed the connection unexpectedly"))
    with patch("rampart.ledger.keeping.renew", side_effect=gone):
        yield


def lease_until(engine: Engine, mine: Claim) -> datetime:
    with reading(engine) as session:
        until = find(session, mine.batch).lease_until
    assert until is not None
    return until


def taken_over(engine: Engine, mine: Claim) -> Claim:
    found = claim(engine, mine.batch, OTHER, 60)
    assert found is not None
    return found


def test_work_longer_than_its_lease_is_settled(engine: Engine, mine: Claim) -> None:
    renew(engine, mine, LEASE_S)
    with kept(engine, mine, LEASE_S):
        time.sleep(1.5 * LEASE_S)
        assert claim(engine, mine.batch, OTHER, 60) is None
        settle(engine, mine, outcome(), day(8))


def test_a_claim_is_given_back_when_the_work_fails(engine: Engine, mine: Claim) -> None:
    with pytest.raises(ZeroDivisionError), kept(engine, mine, 60):
        raise ZeroDivisionError
    assert taken_over(engine, mine).fence == mine.fence + 1


def test_a_worker_that_stopped_renewing_is_taken_over_and_writes_nothing_more(
    engine: Engine, mine: Claim
) -> None:
    with database_away(), pytest.raises(ClaimLostError, match=OTHER), kept(engine, mine, 60):
        renew(engine, mine, 0)  # its lease runs out
        other = taken_over(engine, mine)
        settle(engine, mine, outcome(), day(8))
    settle(engine, other, outcome(accepted=70), day(8))


def test_a_claim_found_lost_ends_the_work_with_that_although_it_wrote_nothing(
    engine: Engine, mine: Claim
) -> None:
    with pytest.raises(ClaimLostError, match=OTHER), kept(engine, mine, 0.3):
        renew(engine, mine, 0)
        taken_over(engine, mine)
        time.sleep(1)


def test_a_database_that_is_away_for_a_moment_costs_nothing(engine: Engine, mine: Claim) -> None:
    with kept(engine, mine, LEASE_S):
        with database_away():
            time.sleep(0.6 * LEASE_S)
        time.sleep(0.6 * LEASE_S)
        assert claim(engine, mine.batch, OTHER, 60) is None
        settle(engine, mine, outcome(), day(8))


def test_a_lease_that_ran_out_while_nobody_wanted_the_batch_is_kept_on(engine: Engine, mine: Claim) -> None:
    renew(engine, mine, 0)
    ran_out = lease_until(engine, mine)
    with kept(engine, mine, 0.3):
        with database_away():
            time.sleep(0.4)
            assert lease_until(engine, mine) == ran_out
        time.sleep(0.4)
        assert lease_until(engine, mine) > ran_out
        settle(engine, mine, outcome(), day(8))
    batch = current_batch(engine, mine.batch.contract_id, mine.batch.week)
    assert batch is not None
    assert batch.state == "accepted"


def test_a_claim_that_cannot_be_given_back_does_not_hide_what_went_wrong(engine: Engine, mine: Claim) -> None:
    gone = OperationalError("UPDATE", {}, Exception("server closed the connection unexpectedly"))
    with patch("rampart.ledger.keeping.release", side_effect=gone):
        with pytest.raises(ZeroDivisionError), kept(engine, mine, 60):
            raise ZeroDivisionError
        with kept(engine, mine, 60):
            settle(engine, mine, outcome(), day(8))


_WORKER = """
import sys
from rampart.ledger.batch_rows import BatchKey
from rampart.ledger.claims import Claim
from rampart.ledger.engine import open_ledger
from rampart.ledger.errors import ClaimLostError
from rampart.ledger.keeping import kept
from rampart.ledger.settlement import settle
from tests.ledger.books import day, outcome

url, contract_id, owner, fence, lease_s = sys.argv[1:]
engine, mine = open_ledger(url), Claim(BatchKey(contract_id, 1, 1), owner, int(fence))
try:
    with kept(engine, mine, float(lease_s)):
        print("working", flush=True)
        sys.stdin.readline()
        settle(engine, mine, outcome(), day(8))
except ClaimLostError:
    print("lost", flush=True)
"""


@pytest.mark.slow
def test_a_process_that_was_stopped_loses_its_claim_and_notices(engine: Engine, mine: Claim) -> None:
    words = (engine.url.render_as_string(), mine.batch.contract_id, mine.owner, str(mine.fence), str(LEASE_S))
    renew(engine, mine, LEASE_S)
    with subprocess.Popen(
        [sys.executable, "-c", _WORKER, *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as worker:
        assert worker.stdout is not None
        assert worker.stdout.readline() == "working\n"
        time.sleep(1.2 * LEASE_S)
        assert claim(engine, mine.batch, OTHER, 60) is None  # it renews
        os.kill(worker.pid, signal.SIGSTOP)
        time.sleep(1.2 * LEASE_S)
        other = taken_over(engine, mine)
        os.kill(worker.pid, signal.SIGCONT)
        assert worker.communicate("settle\n", timeout=60)[0] == "lost\n"
    settle(engine, other, outcome(accepted=70), day(8))
    batch = current_batch(engine, mine.batch.contract_id, 1)
    assert batch is not None
    assert batch.artefacts == {"accepted": "sha256/accepted-70.parquet"}
