from dataclasses import replace

import pytest
from sqlalchemy import Engine

from contracts.model import Contract
from rampart.ledger.batches import receive
from rampart.ledger.disputes import (
    Dispute,
    Ruling,
    disputes,
    open_dispute,
    open_disputes,
    reinstatements,
    rule_on,
)
from rampart.ledger.errors import DisputeStateError, LedgerError, UnknownBatchError, UnknownDisputeError
from rampart.ledger.outbox import Topic, pending
from rampart.ledger.read import batch_detail
from rampart.ledger.verify import verify_books
from tests.ledger.books import RULES, anyone, day, judged, outcome

KEY = "batches/acme-1/week-01/dispute-0123456789abcdef.jsonl"


@pytest.fixture
def dispute(engine: Engine, contract: Contract) -> Dispute:
    """A dispute of a judged delivery, not opened yet."""
    judged(engine, contract, 1, outcome(accepted=80, discarded=20))
    delivery_id = batch_detail(engine, contract.contract_id, 1).batch.delivery_id
    assert delivery_id is not None
    return Dispute("5f2c" * 16, contract.contract_id, 1, delivery_id, 3, KEY)


def topics(engine: Engine) -> list[str]:
    wanted: tuple[Topic, ...] = ("dispute.opened", "dispute.ruled", "dispute.reinstated")
    return sorted(row.topic for row in pending(engine, *wanted))


def rule(engine: Engine, dispute: Dispute, ruling: Ruling, by: str = "Ada", reason: str = "seen") -> Dispute:
    return rule_on(
        engine, dispute.contract_id, dispute.week, "5f2c", ruling, by, reason, day(11), lifted_by=anyone
    )


def kinds(engine: Engine, dispute: Dispute) -> list[str]:
    said = batch_detail(engine, dispute.contract_id, dispute.week).events
    return [event.kind for event in said if event.kind.startswith("dispute.")]


def test_an_open_dispute_is_on_the_books_once(engine: Engine, dispute: Dispute) -> None:
    for _ in range(2):
        assert open_dispute(engine, dispute, day(10)) == dispute
    assert disputes(engine, dispute.contract_id) == disputes(engine, dispute.contract_id, 1) == (dispute,)
    assert open_disputes(engine) == (dispute,)
    assert disputes(engine, dispute.contract_id, 2) == ()
    assert reinstatements(engine, dispute.contract_id, dispute.delivery_id) == ()
    assert topics(engine) == ["dispute.opened"]
    assert verify_books(engine) == ()


@pytest.mark.parametrize(("ruling", "asks"), [("reinstated", ["dispute.reinstated"]), ("upheld", [])])
def test_a_ruling_is_written_down_once_and_asks_for_a_judgement_where_it_reinstates(
    engine: Engine, dispute: Dispute, ruling: Ruling, asks: list[str]
) -> None:
    open_dispute(engine, dispute, day(10))
    ruled = replace(dispute, ruling=ruling, ruled_by="Ada", reason="seen")
    for _ in range(2):
        assert rule(engine, dispute, ruling) == ruled
    assert disputes(engine, dispute.contract_id) == (ruled,)
    assert reinstatements(engine, dispute.contract_id, dispute.delivery_id) == ((ruled,) if asks else ())
    assert topics(engine) == ["dispute.opened", *asks, "dispute.ruled"]
    assert open_disputes(engine) == ()
    assert verify_books(engine) == ()


def test_a_ruling_stands(engine: Engine, dispute: Dispute) -> None:
    open_dispute(engine, dispute, day(10))
    rule(engine, dispute, "upheld")
    with pytest.raises(DisputeStateError, match="was upheld by Ada; a ruling stands"):
        rule(engine, dispute, "reinstated")


@pytest.mark.parametrize(("by", "reason", "missing"), [(" ", "seen", "name"), ("Ada", "\n", "reason")])
def test_a_ruling_needs_a_name_and_a_reason(
    engine: Engine, dispute: Dispute, by: str, reason: str, missing: str
) -> None:
    open_dispute(engine, dispute, day(10))
    with pytest.raises(LedgerError, match=f"the {missing} is empty"):
        rule(engine, dispute, "upheld", by, reason)


def test_only_whom_the_contract_names_may_rule(engine: Engine, dispute: Dispute) -> None:
    open_dispute(engine, dispute, day(10))
    named = lambda _: ("A. Lead", "B. Lead")  # noqa: E731
    with pytest.raises(LedgerError, match=r"'Ada' may not decide .* names A. Lead, B. Lead"):
        rule_on(engine, "acme-1", 1, "5f2c", "reinstated", "Ada", "seen", day(11), lifted_by=named)
    rule_on(engine, "acme-1", 1, "5f2c", "reinstated", "A. Lead", "seen", day(11), lifted_by=named)


def test_of_equal_files_the_one_about_the_delivery_on_the_books_is_meant(
    engine: Engine, contract: Contract, dispute: Dispute
) -> None:
    first, second = dispute, replace(dispute, delivery_id="e" * 64)
    open_dispute(engine, first, day(10))
    for delivery, before in ((second, first), (first, second)):
        judged(engine, contract, 1, outcome(accepted=70, discarded=30), delivery_id=delivery.delivery_id,
               replaces=before.delivery_id)  # fmt: skip
        open_dispute(engine, delivery, day(11))
    assert open_disputes(engine) == (first,)
    assert rule(engine, dispute, "upheld").delivery_id == first.delivery_id


def test_a_dispute_is_known_by_what_tells_it_apart(engine: Engine, dispute: Dispute) -> None:
    other = replace(dispute, dispute_id="5f2d" * 16)
    with pytest.raises(UnknownDisputeError, match=r"no dispute of acme-1 week 1.*them: none"):
        rule(engine, dispute, "upheld")
    for one in (dispute, other):
        open_dispute(engine, one, day(10))
    for name in ("5f2", ""):
        with pytest.raises(UnknownDisputeError, match="5f2c5f2c5f2c, 5f2d5f2d5f2d"):
            rule_on(engine, dispute.contract_id, 1, name, "upheld", "Ada", "seen", day(11), lifted_by=anyone)
    with pytest.raises(UnknownDisputeError, match="week 2"):
        rule_on(engine, dispute.contract_id, 2, "5f2c", "upheld", "Ada", "seen", day(11), lifted_by=anyone)
    assert rule(engine, dispute, "upheld").dispute_id == dispute.dispute_id


@pytest.mark.parametrize(
    ("changed", "refusal"),
    [
        ({"week": 2}, UnknownBatchError),
        ({"delivery_id": "e" * 64}, DisputeStateError),
    ],
)
def test_what_is_not_judged_cannot_be_contested(
    engine: Engine, dispute: Dispute, changed: dict[str, object], refusal: type[LedgerError]
) -> None:
    with pytest.raises(refusal):
        open_dispute(engine, replace(dispute, **changed), day(10))  # type: ignore[arg-type]
    assert (disputes(engine, dispute.contract_id), topics(engine)) == ((), [])


def test_a_redelivery_ends_a_dispute(engine: Engine, contract: Contract, dispute: Dispute) -> None:
    open_dispute(engine, dispute, day(10))
    again = "e" * 64
    receive(
        engine, dispute.contract_id, 1, again, contract.digest, RULES, day(11), replaces=dispute.delivery_id
    )
    with pytest.raises(DisputeStateError, match="was replaced since"):
        rule(engine, dispute, "reinstated")
    with pytest.raises(DisputeStateError, match="is received, not judged"):
        open_dispute(engine, replace(dispute, dispute_id="5f2e" * 16, delivery_id=again), day(11))
    assert kinds(engine, dispute) == ["dispute.opened"]
    assert open_disputes(engine) == ()
