"""Random histories: whatever is delivered, run, killed, decided, contested and judged anew, promises hold.

Shrinks to the shortest history that breaks one. `-m slow` tries 2,000.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test
from sqlalchemy import event
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from flows.outcome import UnfinishedRoundError
from quality.gates.comparing import FateCounts, compare
from quality.gates.reading import ReadDelivery
from quality.gates.record.gate import Asked
from quality.gates.record.repeats import Earlier
from rampart.ledger.disputes import Ruling
from rampart.ledger.engine import writing
from rampart.ledger.errors import SettlementError
from rampart.ledger.judgement import Counted
from rampart.ledger.tables import Batch, Outbox
from simulator.histories.history import WEEKS, History, beginnings
from simulator.histories.promises import BrokenPromiseError
from tests.exhaustive import first_of

STEPS = 9
SHARDS = 50
WEEK = st.sampled_from(WEEKS)
# Most steps live; a whole round has about a hundred effects, judging one week about sixty.
KILL = st.one_of(st.none(), st.none(), st.integers(0, 100))


class Histories(RuleBasedStateMachine):
    """Steps in any order. Checked at every third step, after each kill, and at the end."""

    beginning: Path

    def __init__(self) -> None:
        super().__init__()
        self.history = History(self.beginning)

    def teardown(self) -> None:
        self.history.check()

    @rule(week=WEEK, work=st.integers(0, 2), hasty=st.sampled_from((0, 2, 7)), broken=st.integers(0, 1))
    def deliver(self, week: int, work: int, hasty: int, broken: int) -> None:
        self.history.deliver(week, work, hasty=hasty, broken=broken)
        self.history.judge(week)

    @rule(week=WEEK, work=st.integers(0, 5), hasty=st.sampled_from((0, 2, 7)))
    def deliver_unjudged(self, week: int, work: int, hasty: int) -> None:
        self.history.deliver(week, work, hasty=hasty)

    @rule(week=WEEK, work=st.integers(3, 5), hasty=st.sampled_from((0, 7)), kill_at=KILL)
    def redeliver(self, week: int, work: int, hasty: int, kill_at: int | None) -> None:
        self.history.deliver(week, work, hasty=hasty, replaces=True)
        self.history.judge(week, kill_at)

    @rule(week=WEEK, kill_at=KILL)
    def judge(self, week: int, kill_at: int | None) -> None:
        self.history.judge(week, kill_at)

    @rule(week=WEEK)
    def send_again(self, week: int) -> None:
        self.history.send_again(week)

    @rule(kill_at=KILL)
    def judge_round(self, kill_at: int | None) -> None:
        self.history.judge_round(kill_at)

    @rule(week=WEEK, accept=st.booleans(), kill_at=KILL)
    def decide(self, week: int, accept: bool, kill_at: int | None) -> None:
        self.history.decide(week, accept, kill_at)

    @rule(week=WEEK, ruling=st.sampled_from(("reinstated", "upheld")), kill_at=KILL)
    def contest(self, week: int, ruling: Ruling, kill_at: int | None) -> None:
        self.history.contest(week, ruling, kill_at)

    @precondition(lambda self: not self.history.amended)
    @rule()
    def amend(self) -> None:
        self.history.amend()

    @rule(newer=st.booleans(), dry_run=st.booleans(), kill_at=KILL)
    def backfill(self, newer: bool, dry_run: bool, kill_at: int | None) -> None:
        self.history.backfill(newer, dry_run, kill_at)

    @rule(kill_at=KILL)
    def retrain(self, kill_at: int | None) -> None:
        self.history.retrain(kill_at)

    @precondition(lambda self: self.history.steps % 3 == 2)
    @rule()
    def check(self) -> None:
        self.history.check()


@pytest.fixture(scope="module")
def beginning() -> Iterator[Path]:
    """A home with the contract agreed on."""
    with beginnings() as home:
        yield home


def run(beginning: Path, examples: int, start: int, *, shrink: bool = True) -> None:
    """`examples` histories, the same for the same `start`."""
    chosen = settings(
        max_examples=examples,
        stateful_step_count=STEPS,
        deadline=None,
        database=None,
        phases=(Phase.generate, Phase.shrink) if shrink else (Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    machine = type("Histories", (Histories,), {"beginning": beginning})
    run_state_machine_as_test(seed(start)(machine), settings=chosen)


def test_ten_random_histories_keep_every_promise(beginning: Path) -> None:
    run(beginning, 10, start=SHARDS)


def announce_outside(session: Session, batch: Batch, *_: Any) -> None:
    """A mutant: the request for retraining is written after the settlement's transaction, not in it."""
    late = Outbox(
        id=str(uuid4()), topic="batch.accepted", contract_id=batch.contract_id, week=batch.week,
        revision=batch.revision, program="small", payload="{}", as_of=batch.as_of,
    )  # fmt: skip
    engine = session.get_bind().engine

    @event.listens_for(session, "after_commit", once=True)
    def _then(_: Session) -> None:
        with writing(engine) as after:
            after.add(late)


def forgetful(delivery: ReadDelivery, asked: Asked, earlier: Earlier, _: Any, fates: Path) -> FateCounts:
    """A mutant: every discard stands, whoever took it back."""
    return compare(delivery, asked, earlier, (), fates)


FOUND = (BrokenPromiseError, SettlementError, UnfinishedRoundError, IntegrityError)
MUTANTS: dict[str, tuple[str, Any]] = {
    "the outbox row is written in a transaction of its own": (
        "rampart.ledger.settlement.announce_accepted",
        announce_outside,
    ),
    "earlier revisions keep counting": ("rampart.ledger.settlement.supersede_earlier", lambda *_: None),
    "the vendor's formula is not quoted": ("rampart.ledger.feedback.rows.inert_column", lambda cells: cells),
    "what a person reinstated is forgotten": ("tasks.records.compare", forgetful),
    "a ruling asks for no judgement": ("rampart.ledger.disputes.put", lambda *_, **__: None),
    "a discarded record is lost": (
        "tasks.settle.Counted",
        lambda files, accepted, _discarded, reasons, **more: Counted(files, accepted, {}, reasons, **more),
    ),
}


# Found only by a long history.
RARE = {name: [pytest.mark.exhaustive] if "reinstated" in name else [] for name in MUTANTS}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("place", "mutant"), [pytest.param(*MUTANTS[name], id=name, marks=RARE[name]) for name in MUTANTS]
)
def test_a_planted_fault_is_found(beginning: Path, place: str, mutant: Any) -> None:
    with patch(place, mutant), pytest.raises(FOUND):
        run(beginning, 100, start=0, shrink=False)


@pytest.mark.slow
@pytest.mark.parametrize("start", first_of(SHARDS))
def test_two_thousand_random_histories_keep_every_promise(beginning: Path, start: int) -> None:
    run(beginning, 40, start)
