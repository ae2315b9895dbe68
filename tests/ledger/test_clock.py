"""Leases run by the database's clock: a machine whose own is wrong neither steals a claim nor loses one."""

import datetime as real
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from unittest.mock import patch

import pytest
from sqlalchemy import Engine, text

from rampart.ledger.batch_rows import BatchKey
from rampart.ledger.batches import receive
from rampart.ledger.claims import claim, renew
from rampart.ledger.clock import database_now
from rampart.ledger.engine import writing
from rampart.ledger.settlement import settle
from tests.ledger.books import RULES, audited, day, outcome, register, terms

CONTRACT = terms()
SKEW = real.timedelta(minutes=20)


@contextmanager
def machine_clock_off_by(skew: real.timedelta) -> Iterator[None]:
    """All of the ledger's code believes it is `skew` later than it is."""

    class Skewed(real.datetime):
        @classmethod
        def now(cls, tz: real.tzinfo | None = None) -> "Skewed":
            return super().now(tz) + skew

    with ExitStack() as patches:
        for name, module in list(sys.modules.items()):
            if name.startswith("rampart.ledger") and getattr(module, "datetime", None) is real.datetime:
                patches.enter_context(patch.object(module, "datetime", Skewed))
        patches.enter_context(patch("time.time", lambda: Skewed.now().timestamp()))
        yield


def received(engine: Engine) -> BatchKey:
    register(engine, CONTRACT)
    return receive(engine, CONTRACT.contract_id, 1, "d1", CONTRACT.digest, RULES, day(7)).key


def test_a_worker_whose_clock_is_ahead_does_not_steal_a_live_claim(either: Engine) -> None:
    key = received(either)
    assert claim(either, key, "elsewhere:1:a", 60)
    with machine_clock_off_by(SKEW):
        assert claim(either, key, "elsewhere:2:b", 60) is None


def test_a_worker_whose_clock_is_ahead_holds_nothing_for_longer_than_its_lease(either: Engine) -> None:
    key = received(either)
    with machine_clock_off_by(SKEW):
        first = claim(either, key, "elsewhere:1:a", 60)
        assert first
        renew(either, first, 0)
    assert claim(either, key, "elsewhere:2:b", 60)


def test_a_worker_whose_clock_is_behind_keeps_its_claim(either: Engine) -> None:
    register(either, CONTRACT)
    with machine_clock_off_by(-SKEW):
        mine = audited(either, CONTRACT, 1)
        renew(either, mine, 60)
    assert claim(either, mine.batch, "elsewhere:2:b", 60) is None
    with machine_clock_off_by(-SKEW):
        settle(either, mine, outcome(), day(8))


@pytest.mark.parametrize("skew", [SKEW, -SKEW])
def test_entries_are_recorded_at_the_database_s_time(either: Engine, skew: real.timedelta) -> None:
    with machine_clock_off_by(skew):
        register(either, CONTRACT)
    with writing(either) as session:
        now = database_now(session)
        written = session.connection().execute(text("SELECT recorded_at FROM ledger_event")).scalar_one()
    is_text = isinstance(written, str)  # SQLite keeps moments as text, in UTC
    recorded = real.datetime.fromisoformat(f"{written}+00:00") if is_text else written
    assert abs((now - recorded).total_seconds()) < 60


def test_the_database_s_time_is_now_and_moves_within_a_transaction(either: Engine) -> None:
    """On PostgreSQL ``now()`` stands still at the transaction's beginning, before it waited for the lock."""
    with writing(either) as session:
        first = database_now(session)
        later = first
        for _ in range(10_000):
            if later > first:
                break
            later = database_now(session)
    assert first < later
    assert abs(real.datetime.now(real.UTC) - later) < real.timedelta(seconds=60)
