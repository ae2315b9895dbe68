from decimal import Decimal

from sqlalchemy import Engine

from contracts.model import Contract
from contracts.terms.ramp import Phase
from rampart.ledger.batches import expect, mark_late
from rampart.ledger.read import programs, ramp_rows
from tests.ledger.books import PRICE, audited, credited, day, judged, outcome, paid, register, terms


def test_every_planned_week_has_a_row_delivered_or_not(engine: Engine, contract: Contract) -> None:
    judged(engine, contract, 1)
    expect(engine, contract.contract_id, 2, contract.digest, day(7))
    mark_late(engine, contract.contract_id, 2, day(15))
    rows = ramp_rows(engine)
    assert [(row.week, row.state, row.revision, row.phase) for row in rows] == [
        (1, "accepted", 1, "calibration"),
        (2, "late", 1, "production"),
        (3, "expected", None, "production"),
        (4, "expected", None, "production"),
    ]
    assert [(row.due, row.planned) for row in rows] == [(contract.term.due(n), 100) for n in (1, 2, 3, 4)]


def test_a_judged_week_shows_counts_reasons_and_the_stored_rate(engine: Engine, contract: Contract) -> None:
    money = (paid(80), credited(10, Decimal("0.1")))
    judged(engine, contract, 2, outcome("accepted_partial", 80, 20, 5, money))
    row = ramp_rows(engine, contract_id=contract.contract_id)[1]
    assert (row.delivered, row.accepted, row.discarded, row.quarantined) == (105, 80, 20, 5)
    assert (row.discard_rate, row.low, row.high, row.ceiling) == (0.2, 0.2 * 0.8, 0.2 * 1.2, 0.1)
    assert [(r.code, r.first, r.any) for r in row.reasons] == [("exact_duplicate", 20, 20)]
    assert (row.payable, row.credited, row.currency) == (Decimal("27.00"), Decimal("1.00"), "USD")
    assert row.state_reason == "20 of 105 records are discarded."


def test_a_week_without_a_verdict_shows_the_plan_and_no_rate(engine: Engine, contract: Contract) -> None:
    row = ramp_rows(engine)[0]
    assert (row.discard_rate, row.low, row.high, row.ceiling) == (None, None, None, 0.3)
    assert (row.delivered, row.reasons, row.payable, row.vendor) == (0, (), Decimal(0), contract.vendor.name)


def test_a_revision_stands_until_the_next_is_settled(engine: Engine, contract: Contract) -> None:
    judged(engine, contract, 1, outcome(accepted=50))
    audited(engine, contract, 1, rules="rules-2")
    row = ramp_rows(engine)[0]
    assert (row.revision, row.judging, row.accepted, row.payable) == (1, 2, 50, Decimal("17.50"))


def test_a_week_keeps_the_plan_it_was_judged_under(engine: Engine, contract: Contract) -> None:
    judged(engine, contract, 1)
    dearer = Phase(discard_ceiling=0.05, price=PRICE * 2)
    register(engine, terms(version="2.0.0", phases={"calibration": dearer, "production": dearer}))
    assert [row.ceiling for row in ramp_rows(engine)] == [0.1, 0.05, 0.05, 0.05]
    assert ramp_rows(engine)[0].payable == Decimal("31.50")


def test_rows_can_be_asked_for_by_programme_and_contract(engine: Engine, contract: Contract) -> None:
    register(engine, terms("a-1", program="coder"))
    assert [row.contract_id for row in ramp_rows(engine)] == ["a-1"] * 4 + [contract.contract_id] * 4
    assert {row.contract_id for row in ramp_rows(engine, program="coder")} == {"a-1"}
    assert {row.program for row in ramp_rows(engine, contract_id="acme-1")} == {"assistant"}
    assert ramp_rows(engine, program="coder", contract_id="acme-1") == ()
    assert programs(engine) == ("assistant", "coder")
