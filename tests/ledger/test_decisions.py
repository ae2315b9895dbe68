from decimal import Decimal

import pytest
from sqlalchemy import Engine

from contracts.model import Contract
from rampart.ledger.decisions import decide
from rampart.ledger.errors import LedgerError, TransitionError, UnknownBatchError
from rampart.ledger.export import export_ledger
from rampart.ledger.outbox import pending
from rampart.ledger.outcome import Settlement
from rampart.ledger.read import batch_detail, money_rows
from tests.ledger.books import anyone, audited, day, judged, outcome


@pytest.mark.parametrize(
    ("settlement", "accept", "then"),
    [
        (outcome("held", 80, 20), True, ("accepted_partial", 1)),
        (outcome("held", 80), True, ("accepted", 1)),
        (outcome("held", 0, 20), True, ("accepted_partial", 0)),
        (outcome("held", 80, 20), False, ("rejected", 0)),
    ],
)
def test_a_held_batch_goes_where_the_person_says(
    engine: Engine, contract: Contract, settlement: Settlement, accept: bool, then: tuple[str, int]
) -> None:
    state, waiting = then
    judged(engine, contract, 1, settlement)
    assert pending(engine, "batch.accepted") == ()
    decide(
        engine,
        contract.contract_id,
        1,
        accept,
        "Ada Lovelace",
        "Looked at fifty of them.",
        day(10),
        lifted_by=anyone,
    )
    found = batch_detail(engine, contract.contract_id, 1)
    assert (found.batch.state, found.batch.state_reason) == (state, "Looked at fifty of them.")
    assert [(d.accepted, d.decided_by, d.as_of) for d in found.decisions] == [
        (accept, "Ada Lovelace", day(10))
    ]
    assert found.events[-1].kind == f"batch.{state}"
    assert found.events[-1].payload["decided_by"] == "Ada Lovelace"
    assert len(pending(engine, "batch.accepted")) == waiting


def test_held_money_is_at_risk_until_it_is_decided(engine: Engine, contract: Contract) -> None:
    judged(engine, contract, 2, outcome("held", 80))
    before = money_rows(engine)[0]
    decide(engine, contract.contract_id, 2, True, "Ada", "Fine.", day(10), lifted_by=anyone)
    after = money_rows(engine)[0]
    assert (before.payable, before.at_risk) == (Decimal(0), Decimal("28.00"))
    assert (after.payable, after.at_risk) == (Decimal("28.00"), Decimal(0))


@pytest.mark.parametrize(
    ("by", "reason", "empty"), [("", "Fine.", "name"), ("  ", "Fine.", "name"), ("Ada", "\n", "reason")]
)
def test_a_decision_needs_a_name_and_a_reason(
    engine: Engine, contract: Contract, by: str, reason: str, empty: str
) -> None:
    judged(engine, contract, 1, outcome("held"))
    with pytest.raises(LedgerError, match=f"the {empty} is empty"):
        decide(engine, contract.contract_id, 1, True, by, reason, day(10), lifted_by=anyone)


@pytest.mark.parametrize("state", ["accepted", "rejected"])
def test_only_a_held_batch_is_decided(engine: Engine, contract: Contract, state: str) -> None:
    judged(engine, contract, 1, outcome(state))  # type: ignore[arg-type]
    before = export_ledger(engine)
    with pytest.raises(TransitionError, match=f"is {state}; only a held batch"):
        decide(engine, contract.contract_id, 1, True, "Ada", "Fine.", day(10), lifted_by=anyone)
    assert export_ledger(engine) == before


def test_a_decision_is_final(engine: Engine, contract: Contract) -> None:
    judged(engine, contract, 1, outcome("held"))
    decide(engine, contract.contract_id, 1, False, "Ada", "Copied.", day(10), lifted_by=anyone)
    with pytest.raises(TransitionError, match="is rejected"):
        decide(engine, contract.contract_id, 1, True, "Bob", "Not copied.", day(11), lifted_by=anyone)


def test_a_held_batch_being_judged_anew_waits_for_that(engine: Engine, contract: Contract) -> None:
    judged(engine, contract, 1, outcome("held"))
    audited(engine, contract, 1, delivery_id="d2", replaces="d1")
    with pytest.raises(TransitionError, match="revision 2 is audited"):
        decide(engine, contract.contract_id, 1, True, "Ada", "Fine.", day(10), lifted_by=anyone)


def test_a_week_that_is_not_on_the_books_is_not_decided(engine: Engine, contract: Contract) -> None:
    with pytest.raises(UnknownBatchError, match="nothing to decide"):
        decide(engine, contract.contract_id, 3, True, "Ada", "Fine.", day(10), lifted_by=anyone)


def test_only_those_the_terms_name_may_lift_a_hold(engine: Engine, contract: Contract) -> None:
    judged(engine, contract, 1, outcome("held"))
    before = export_ledger(engine)

    def named(digest: str) -> tuple[str, ...]:
        return ("Ada Lovelace", "Grace Hopper") if digest == contract.digest else ()

    with pytest.raises(
        LedgerError, match=r"'Ada' may not decide .*lifted_by names Ada Lovelace, Grace Hopper"
    ):
        decide(engine, contract.contract_id, 1, True, "Ada", "Fine.", day(10), lifted_by=named)
    assert export_ledger(engine) == before
    decide(engine, contract.contract_id, 1, True, "Grace Hopper", "Fine.", day(10), lifted_by=named)
    assert batch_detail(engine, contract.contract_id, 1).decisions[0].decided_by == "Grace Hopper"
