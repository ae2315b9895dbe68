"""Random contracts, deliveries, disputes, decisions and redeliveries: every state adds up to the cent.

The model knows what was delivered and values it by itself, in fractions; it shares no code with pricing.
"""

import shutil
import tempfile
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from itertools import permutations
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import Engine
from sqlmodel import select

from contracts.model import Contract
from rampart.ledger.batch_rows import current_batch
from rampart.ledger.batches import receive
from rampart.ledger.circumstances import USUAL, circumstances
from rampart.ledger.claims import advance
from rampart.ledger.decisions import decide
from rampart.ledger.disputes import Dispute, Ruling, open_dispute, rule_on
from rampart.ledger.engine import open_ledger, reading
from rampart.ledger.outcome import FileCount, ReasonCount, Settlement
from rampart.ledger.pricing import UnitKinds, price_batch
from rampart.ledger.read import Statement, StatementWeek, money_rows, statement
from rampart.ledger.reckoning import reckon
from rampart.ledger.repricing import repriced, repricing_problems
from rampart.ledger.settled import read
from rampart.ledger.settlement import settle
from rampart.ledger.states import ACCEPTED, Settled
from rampart.ledger.tables import Batch
from rampart.ledger.verify import verify_books
from tests.exhaustive import first_of
from tests.ledger.books import START, anyone, claimed, day, register
from tests.ledger.test_pricing import contract

WEEKS = (1, 2)
STEPS = 10
FAST = Path("/dev/shm")  # noqa: S108 (memory, where the system has it: each step syncs several times)
PRICES = st.decimals("0.0001", "9.9999", places=4)
RATES = st.sampled_from([Decimal(0), Decimal("0.0333"), Decimal("1.5")])
SHARES = st.sampled_from([0.0, 0.1, 0.3333, 1.0])
COUNTS = st.integers(0, 160)


@st.composite
def contracts(draw: st.DrawFn) -> Contract:
    """Any prices, discounts, credits and rules about excess and re-work."""
    kinds = draw(st.sampled_from([(), ("long",), ("long", "short")]))
    phase = {
        "price": draw(PRICES),
        "prices": {kind: draw(PRICES) for kind in kinds},
        "discount": draw(SHARES),
        "discard_ceiling": draw(st.sampled_from([0.0, 0.15, 1.0])),
    }
    rates = ("discard_over_ceiling", "short_unit", "rejected_unit")
    owed = {**{name: draw(RATES) for name in rates}, "late_day": draw(st.sampled_from([0.0, 0.03, 0.7]))}
    more = {"excess": draw(st.sampled_from(["paid", "unpaid"])), "volume_over": 0.1, "credits": owed}
    of = contract(phase, minor_units=draw(st.sampled_from([0, 2, 3])), **more)
    price = draw(st.sampled_from(["full", "free"]))
    return of.model_copy(update={"redelivery": of.redelivery.model_copy(update={"price": price})})


@dataclass
class Delivery:
    """What the model knows of the delivery on the books: its units by kind, and what is contested of it."""

    name: str
    accepted: Counter[str]
    discarded: Counter[str]
    open: dict[str, Counter[str]] = field(default_factory=dict)
    rules: int = 1


class Ledger:
    """Books of a temporary file, and the model beside them."""

    def __init__(self, empty: Path, agreed: Contract) -> None:
        self.folder = tempfile.TemporaryDirectory(prefix="rampart-", dir=FAST if FAST.is_dir() else None)
        path = shutil.copy(empty, Path(self.folder.name) / "ledger.db")
        self.engine: Engine = open_ledger(f"sqlite:///{path}")
        self.contract = register(self.engine, agreed)
        self.weeks: dict[int, Delivery] = {}
        self.number = 0

    def close(self) -> None:
        self.engine.dispose()
        self.folder.cleanup()

    def now(self) -> datetime:
        self.number += 1
        return day(30 + self.number)

    def deliver(self, week: int, units: Delivery, state: Settled, late_hours: int = 0) -> None:
        """A delivery, or the one that replaces what is on the books, judged so."""
        before = self.weeks.get(week)
        self.weeks[week] = units
        arrived = self.contract.term.due(week) + (day(0) - START)
        arrived = arrived.fromtimestamp(arrived.timestamp() + late_hours * 3600, arrived.tzinfo)
        self._judge(week, state, replaces=before.name if before else None, arrived=arrived)

    def judge_again(self, week: int, state: Settled) -> None:
        """The same delivery under other rules: a backfill, or what a ruling asks for."""
        self.weeks[week].rules += 1
        self._judge(week, state)

    def contest(self, week: int, units: Counter[str]) -> str:
        """A dispute of some discards, open."""
        self.number += 1
        dispute_id = f"{self.number:064x}"
        delivery = self.weeks[week]
        delivery.open[dispute_id] = units
        key = f"batches/acme-1/week-{week:02d}/dispute-{dispute_id[-16:]}.jsonl"
        of = Dispute(dispute_id, "acme-1", week, delivery.name, units.total(), key)
        open_dispute(self.engine, of, self.now())
        return dispute_id

    def ruled(self, week: int, dispute_id: str, ruling: Ruling, state: Settled) -> None:
        """A person rules; what was reinstated is judged anew."""
        delivery = self.weeks[week]
        units = delivery.open.pop(dispute_id)
        rule_on(self.engine, "acme-1", week, dispute_id, ruling, "Ada", "seen", self.now(), lifted_by=anyone)
        if ruling == "reinstated":
            delivery.accepted += units
            delivery.discarded -= units
            self.judge_again(week, state)

    def decided(self, week: int, accept: bool) -> None:
        """A person decides a held week."""
        decide(self.engine, "acme-1", week, accept, "Ada", "seen", self.now(), lifted_by=anyone)

    def state(self, week: int) -> str | None:
        found = current_batch(self.engine, "acme-1", week)
        return found.state if found else None

    def _judge(
        self, week: int, state: Settled, replaces: str | None = None, arrived: datetime | None = None
    ) -> None:
        now, of = self.now(), self.weeks[week]
        rules = f"rules-{of.rules}"
        receive(
            self.engine, "acme-1", week, of.name, self.contract.digest, rules, now, replaces, arrived=arrived
        )
        mine = claimed(self.engine, self.contract, week)
        for stage in ("landed", "gated", "audited"):
            advance(self.engine, mine, stage, now)
        settle(self.engine, mine, self._settlement(week, state), now)

    def _settlement(self, week: int, state: Settled) -> Settlement:
        of = self.weeks[week]
        kept, lost = of.accepted.total(), of.discarded.total()
        named = UnitKinds(*({k: n for k, n in c.items() if k} for c in (of.accepted, of.discarded)))
        beside = circumstances(self.engine, self.contract, week, of.name)
        return Settlement(
            state=state,
            reason="because",
            files=(FileCount("r.jsonl", "rows", "f" * 64, 1, kept + lost, kept + lost, kept, lost, 0),),
            reasons=(ReasonCount("too_fast", lost, lost),) if lost else (),
            verdicts=(),
            money=price_batch(self.contract, week, kept, lost, named, beside),
            artefacts={},
        )

    # What must hold.

    def check(self) -> None:
        told = statement(self.engine, "acme-1")
        for week in told.weeks:
            self._check_week(week)
        assert sum(week.money.payable for week in told.weeks) == told.spent
        assert told.spent == money_rows(self.engine)[0].payable
        assert adds_up(told)

    def check_books(self) -> None:
        """The books are in order, and every amount follows from them and the terms alone."""
        assert verify_books(self.engine) == ()
        with reading(self.engine) as session:
            for batch in session.exec(select(Batch)):
                priced = repriced(session, batch, self.contract)
                assert repricing_problems(read(session, batch).money, priced) == ()

    def _check_week(self, week: StatementWeek) -> None:
        money = week.money
        assert money.billed == money.payable + money.credits + money.withheld
        assert money.billed == (self.worth(week.week) if week.judged else 0)
        assert money.credits >= 0
        cent = Decimal(1).scaleb(-self.contract.ramp.minor_units)
        assert -2 * cent <= money.disputed <= money.withheld + 2 * cent  # lines are rounded one by one
        if week.state == "held":
            assert money.payable == 0
            assert money.withheld == money.billed
        if week.state == "rejected":
            assert (-money.payable, money.withheld) == (money.credits, money.billed)
            rate = self.contract.ramp.credits.rejected_unit
            assert money.credits == self._rounded(week.planned * Fraction(rate))
        if week.week in self.weeks and not self.weeks[week.week].open:
            assert money.disputed == 0

    def worth(self, week: int) -> Decimal:
        """What the readable work of a week is worth at the price in force, by fractions."""
        of, phase = self.weeks[week], self.contract.phase(week)
        share = Fraction(str(self.contract.discount(week)[0]))
        amounts: list[Fraction] = []
        offs: Counter[Fraction] = Counter()
        base = "base"
        units: Counter[str] = Counter()
        for kind, count in [*of.accepted.items(), *of.discarded.items()]:
            units[kind if kind in phase.prices else base] += count
        for kind, count in units.items():
            price = Fraction(phase.prices.get(kind, phase.price))
            amounts.append(count * price)
            offs[price * share] += count
        amounts += [-off * count for off, count in offs.items()]
        return sum((self._rounded(amount) for amount in amounts), Decimal(0))

    def _rounded(self, amount: Fraction) -> Decimal:
        exact = Decimal(amount.numerator * 10**8) / amount.denominator  # prices have eight places
        return exact.scaleb(-8).quantize(Decimal(1).scaleb(-self.contract.ramp.minor_units), ROUND_HALF_UP)


def adds_up(told: Statement) -> bool:
    return told.total.billed == told.total.payable + told.total.credits + told.total.withheld


UNITS = st.builds(
    lambda base, long, short: +Counter({"": base, "long": long, "short": short}), COUNTS, COUNTS, COUNTS
)
JUDGED: st.SearchStrategy[Settled] = st.sampled_from(["accepted_partial", "held", "rejected"])


class Money(RuleBasedStateMachine):
    """Steps in any order, checked after each."""

    empty: Path

    @initialize(agreed=contracts())
    def agree(self, agreed: Contract) -> None:
        self.books = Ledger(self.empty, agreed)
        self.delivered = 0

    def teardown(self) -> None:
        if hasattr(self, "books"):
            try:
                self.books.check_books()
            finally:
                self.books.close()

    @rule(week=st.sampled_from(WEEKS), kept=UNITS, lost=UNITS, state=JUDGED, late=st.sampled_from([0, 1, 60]))
    def deliver(self, week: int, kept: Counter[str], lost: Counter[str], state: Settled, late: int) -> None:
        self.delivered += 1
        self.books.deliver(week, Delivery(f"d{self.delivered}", kept, lost), state, late)
        self.books.check()

    @precondition(lambda self: self.books.weeks)
    @rule(data=st.data(), state=JUDGED)
    def judge_again(self, data: st.DataObject, state: Settled) -> None:
        self.books.judge_again(data.draw(st.sampled_from(sorted(self.books.weeks))), state)
        self.books.check()

    @precondition(lambda self: any(of.discarded for of in self.books.weeks.values()))
    @rule(data=st.data())
    def contest(self, data: st.DataObject) -> None:
        weeks = [week for week, of in self.books.weeks.items() if free_discards(of)]
        if weeks:
            week = data.draw(st.sampled_from(weeks))
            self.books.contest(week, some_of(data, free_discards(self.books.weeks[week])))
            self.books.check()

    @precondition(lambda self: any(of.open for of in self.books.weeks.values()))
    @rule(data=st.data(), ruling=st.sampled_from(["reinstated", "upheld"]), state=JUDGED)
    def ruled(self, data: st.DataObject, ruling: Ruling, state: Settled) -> None:
        week = data.draw(st.sampled_from([week for week, of in self.books.weeks.items() if of.open]))
        before = billed(self.books, week)
        self.books.ruled(week, data.draw(st.sampled_from(sorted(self.books.weeks[week].open))), ruling, state)
        self.books.check()
        assert billed(self.books, week) == before

    @precondition(lambda self: any(self.books.state(week) == "held" for week in self.books.weeks))
    @rule(data=st.data(), accept=st.booleans())
    def decided(self, data: st.DataObject, accept: bool) -> None:
        held = [week for week in self.books.weeks if self.books.state(week) == "held"]
        week = data.draw(st.sampled_from(held))
        before = billed(self.books, week)
        self.books.decided(week, accept)
        self.books.check()
        assert billed(self.books, week) == before


def billed(books: Ledger, week: int) -> Decimal:
    return next(one.money.billed for one in statement(books.engine, "acme-1").weeks if one.week == week)


def free_discards(of: Delivery) -> Counter[str]:
    """Discards nobody contests yet."""
    return +(of.discarded - sum(of.open.values(), Counter()))


def some_of(data: st.DataObject, units: Counter[str]) -> Counter[str]:
    kind = data.draw(st.sampled_from(sorted(units)))
    return Counter({kind: data.draw(st.integers(1, units[kind]))})


def run(empty: Path, examples: int, start: int, *, shrink: bool = True) -> None:
    chosen = settings(
        max_examples=examples,
        phases=(Phase.generate, Phase.shrink) if shrink else (Phase.generate,),
        stateful_step_count=STEPS,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(seed(start)(type("Money", (Money,), {"empty": empty})), settings=chosen)


def test_billed_is_payable_and_credits_and_withheld_in_every_state(empty_books: Path) -> None:
    run(empty_books, 10, start=0)


MUTANTS: dict[str, tuple[str, Any]] = {
    "what a rejection costs is forgotten": ("rampart.ledger.reckoning._OF_REJECTED", ()),
    "unpaid units are withheld nowhere": ("rampart.ledger.reckoning.UNPAID", ()),
    "a discount on what was discarded is forgotten": (
        "rampart.ledger.read.statement.reckon",
        lambda state, lines, lost, price, _off, **more: reckon(state, lines, lost, price, Decimal(0), **more),
    ),
    "a held batch is payable": ("rampart.ledger.reckoning.ACCEPTED", (*ACCEPTED, "held")),
    "what came before is forgotten when a batch is priced again": (
        "rampart.ledger.repricing.circumstances_in",
        lambda *_, **__: USUAL,
    ),
}


@pytest.mark.slow
@pytest.mark.exhaustive
@pytest.mark.parametrize(("place", "mutant"), MUTANTS.values(), ids=MUTANTS)
def test_a_planted_fault_is_found(empty_books: Path, place: str, mutant: Any) -> None:
    with patch(place, mutant), pytest.raises(AssertionError):
        run(empty_books, 30, start=0, shrink=False)


@pytest.mark.slow
@pytest.mark.parametrize("start", first_of(4, begin=1, first=0))
def test_a_thousand_histories_of_money_add_up(empty_books: Path, start: int) -> None:
    run(empty_books, 250, start)


def after(empty: Path, agreed: Contract, rulings: Iterable[tuple[Ruling, int]]) -> Statement:
    """The statement after these disputes, opened in one order and ruled on in this one."""
    books = Ledger(empty, agreed)
    try:
        books.deliver(1, Delivery("d1", Counter({"": 60}), Counter({"": 40})), "accepted_partial")
        opened = [(books.contest(1, Counter({"": units})), ruling) for ruling, units in rulings]
        for dispute_id, ruling in opened:
            books.ruled(1, dispute_id, ruling, "accepted_partial")
        return statement(books.engine, "acme-1")
    finally:
        books.close()


@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    agreed=contracts(),
    rulings=st.lists(
        st.tuples(st.sampled_from(["reinstated", "upheld"]), st.integers(1, 13)), min_size=2, max_size=3
    ),
)
def test_rulings_in_any_order_give_the_same_money(
    empty_books: Path, agreed: Contract, rulings: list[tuple[Ruling, int]]
) -> None:
    found = [after(empty_books, agreed, order).total for order in permutations(rulings)]
    assert len(set(found)) == 1
