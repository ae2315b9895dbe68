"""Whatever people and machines do, in whatever order: the books stay in order."""

import contextlib
import shutil
import tempfile
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlmodel import select

from contracts.model import Contract
from rampart.ledger.batch_rows import BatchKey
from rampart.ledger.batches import current_batch, expect, mark_late, receive
from rampart.ledger.chain import events
from rampart.ledger.claims import Claim, advance, claim
from rampart.ledger.decisions import decide
from rampart.ledger.engine import open_ledger, reading
from rampart.ledger.errors import LedgerError
from rampart.ledger.read import money_rows, ramp_rows
from rampart.ledger.settlement import settle
from rampart.ledger.states import ACCEPTED, SETTLED, STATES, State, may_follow
from rampart.ledger.tables import Batch
from rampart.ledger.verify import verify_books
from tests.ledger.books import anyone, day, outcome, register, terms

STEP = st.one_of(
    st.tuples(st.sampled_from(["expect", "late", "claim", "take over", "settle by stale claim"])),
    st.tuples(
        st.just("receive"),
        st.sampled_from(["d1", "d2"]),
        st.sampled_from(["r1", "r2"]),
        st.sampled_from([None, "d1", "d2"]),
    ),
    st.tuples(st.just("advance"), st.sampled_from(["landed", "gated", "audited"])),
    st.tuples(st.just("settle"), st.sampled_from(SETTLED), st.integers(0, 50), st.sampled_from([0, 20])),
    st.tuples(st.just("judge"), st.sampled_from(SETTLED), st.integers(0, 50)),
    st.tuples(st.just("decide"), st.booleans()),
)


class Week:
    """One contract week and the claims handed out for it, newest last."""

    def __init__(self, engine: Engine, contract: Contract) -> None:
        self.engine, self.contract, self.claims, self.now = engine, contract, list[Claim](), 0

    def do(self, name: str, *about: object) -> None:
        """Try one step; a refusal by the ledger is a fair answer."""
        self.now += 1
        with contextlib.suppress(LedgerError):
            getattr(self, name.replace(" ", "_"))(*about)

    def expect(self) -> None:
        expect(self.engine, self.contract.contract_id, 1, self.contract.digest, day(self.now))

    def late(self) -> None:
        mark_late(self.engine, self.contract.contract_id, 1, day(self.now))

    def receive(self, delivery: str, rules: str, replaces: str | None) -> None:
        about = (self.contract.contract_id, 1, delivery, self.contract.digest, rules, day(self.now), replaces)
        receive(self.engine, *about)

    def claim(self, lease_s: float = 60) -> None:
        batch = current_batch(self.engine, self.contract.contract_id, 1)
        won = claim(self.engine, batch.key, f"elsewhere:{self.now}:x", lease_s) if batch else None
        self.claims += [won] if won else []

    def take_over(self) -> None:
        self.claim(lease_s=0)
        self.claim()

    def advance(self, to: str) -> None:
        for mine in self.claims[-1:]:
            advance(self.engine, mine, to, day(self.now))  # type: ignore[arg-type]

    def settle(self, state: str, accepted: int, discarded: int) -> None:
        for mine in self.claims[-1:]:
            settle(self.engine, mine, outcome(state, accepted, discarded), day(self.now))  # type: ignore[arg-type]

    def settle_by_stale_claim(self) -> None:
        for stale in self.claims[:-1]:
            settle(self.engine, stale, outcome(), day(self.now))

    def judge(self, state: str, accepted: int) -> None:
        """The straight way: everything from where the batch stands to its settlement."""
        self.do("claim")
        for stage in ("landed", "gated", "audited"):
            self.do("advance", stage)
        self.do("settle", state, accepted, 20)

    def decide(self, accept: bool) -> None:
        decide(
            self.engine,
            self.contract.contract_id,
            1,
            accept,
            "Ada",
            "Looked.",
            day(self.now),
            lifted_by=anyone,
        )


def walked(engine: Engine) -> dict[BatchKey, list[str]]:
    """Batch → the states its events say it went through."""
    paths: dict[BatchKey, list[str]] = {}
    with reading(engine) as session:
        for event in events(session):
            if event.kind.startswith("batch."):
                key = BatchKey("acme-1", event.payload["week"], event.payload["revision"])
                paths.setdefault(key, []).append(event.kind.removeprefix("batch."))
    return paths


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEP, min_size=5, max_size=25))
def test_no_order_of_events_breaks_an_invariant(empty_books: Path, steps: list[tuple[object, ...]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        engine = open_ledger(f"sqlite:///{shutil.copy(empty_books, Path(folder) / 'ledger.db')}")
        week = Week(engine, register(engine, terms()))
        for name, *about in steps:
            week.do(str(name), *about)
        assert verify_books(engine) == ()
        for path in walked(engine).values():
            assert all(may_follow(a, b) for a, b in pairwise(path)), path  # type: ignore[arg-type]
        with reading(engine) as session:
            standing = [b for b in session.exec(select(Batch)) if b.state in SETTLED]
            assert len(standing) <= 1
        row, money = ramp_rows(engine)[0], money_rows(engine)[0]
        assert row.payable == money.payable
        assert (row.payable > 0) == (row.state in ACCEPTED and row.accepted > 0)
        engine.dispose()


@pytest.mark.parametrize("before", STATES)
def test_only_a_superseded_batch_cannot_be_superseded(before: State) -> None:
    assert may_follow(before, "superseded") == (before != "superseded")


def test_the_ways_a_batch_may_go_are_these() -> None:
    ways = {(a, b) for a in STATES for b in STATES if b != "superseded" and may_follow(a, b)}
    assert ways == {
        ("expected", "late"),
        ("expected", "received"),
        ("late", "received"),
        ("received", "landed"),
        ("landed", "gated"),
        ("gated", "audited"),
        ("audited", "accepted"),
        ("audited", "accepted_partial"),
        ("audited", "held"),
        ("audited", "rejected"),
        ("held", "accepted"),
        ("held", "accepted_partial"),
        ("held", "rejected"),
    }
