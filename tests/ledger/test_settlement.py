from dataclasses import replace
from decimal import Decimal

import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError

from contracts.model import Contract
from quality.verdict import GateSpec, Verdict
from rampart.ledger.batches import receive
from rampart.ledger.engine import reading, writing
from rampart.ledger.errors import ClaimLostError, SettlementError, TransitionError
from rampart.ledger.export import export_ledger
from rampart.ledger.outbox import outbox_id, pending
from rampart.ledger.outcome import MoneyLine, ReasonCount, Settlement
from rampart.ledger.read import batch_detail, money_rows
from rampart.ledger.settled import read
from rampart.ledger.settlement import settle
from rampart.ledger.tables import Batch, FileLine
from tests.ledger.books import audited, claimed, credited, day, judged, outcome, paid


def with_file(settlement: Settlement, **counts: int) -> Settlement:
    return replace(settlement, files=(replace(settlement.files[0], **counts),))  # type: ignore[arg-type]


def line(kind: str, units: int, price: str, amount: str, **more: object) -> MoneyLine:
    terms = {"currency": "USD", "minor_units": 2, "clause": "ramp"} | more
    return MoneyLine(kind, units, Decimal(price), Decimal(amount), **terms)  # type: ignore[arg-type]


def test_a_settlement_is_read_back_as_it_was_written(engine: Engine, contract: Contract) -> None:
    written = replace(
        outcome("accepted_partial", 80, 15, 5),
        reasons=(  # in waterfall order, the unknown last
            ReasonCount("missing_required_field", 9, 9),
            ReasonCount("exact_duplicate", 5, 7),
            ReasonCount("a_reason_of_tomorrow", 1, 2),
        ),
        verdicts=(
            Verdict(GateSpec("c", "m", 0, "none"), "not_testable", None, None, None, 0, "No rows.", None),
        ),
        money=(paid(80), line("credit_short", 80, "0.00000125", "0")),
        compared_with=("b" * 64, "a" * 64),
    )
    key = judged(engine, contract, 1, written)
    with reading(engine) as session:
        found = read(session, session.get_one(Batch, 1))
    assert found == written
    assert found.digest == written.digest
    assert batch_detail(engine, key.contract_id, 1).batch.artefacts == written.artefacts


def test_a_settlement_ends_the_claim(engine: Engine, contract: Contract) -> None:
    mine = audited(engine, contract, 1)
    settle(engine, mine, outcome(), day(8))
    before = export_ledger(engine)
    with pytest.raises(ClaimLostError, match="given back or ended"):
        settle(engine, mine, outcome("rejected"), day(8))
    assert export_ledger(engine) == before


def test_a_batch_is_settled_only_after_its_audits(engine: Engine, contract: Contract) -> None:
    receive(engine, contract.contract_id, 2, "d1", contract.digest, "r", day(14))
    with pytest.raises(TransitionError, match="is received; it is settled after"):
        settle(engine, claimed(engine, contract, 2), outcome(), day(15))


GOOD = outcome("accepted_partial", 80, 15, 5)


@pytest.mark.parametrize(
    ("bad", "problem"),
    [
        (
            with_file(GOOD, records=99),
            r"has 99 records, but 80 accepted \+ 15 discarded \+ 5 quarantined = 100",
        ),
        (with_file(GOOD, accepted=-80, records=-60), "negative count"),
        (replace(GOOD, reasons=()), "15 records are discarded, but 0 have a first reason"),
        (replace(GOOD, reasons=(ReasonCount("x", 15, 14),)), "first 15 times, but given 14 times"),
        (replace(GOOD, money=(paid(81),)), "81 units are paid, but 80 records are accepted"),
        (replace(GOOD, money=(paid(80, Decimal("0.36")),)), r"paid at 0\.36, but week 1 has the price 0\.35"),
        (replace(GOOD, money=(line("accepted_units", 80, "0.35", "28.01"),)), r"is 28\.01, but 80 x 0\.35"),
        (replace(GOOD, money=(line("accepted_units", 80, "0.35", "28.001"),)), "more than 2 decimals"),
        (replace(GOOD, money=(line("credit_short", 2, "0.50", "1.00"),)), "only accepted units are positive"),
        (replace(GOOD, money=(line("accepted_units", 80, "0.35", "-28.00"),)), "only accepted units are pos"),
        (replace(GOOD, money=(line("discount", 8, "0.123456789", "-0.99"),)), "more than 8 decimals"),
        (replace(GOOD, money=(line("discount", -8, "0.5", "-4"),)), "the amount carries the sign"),
        (replace(GOOD, money=(line("discount", 8, "0.5", "-4", currency="EUR"),)), "in EUR with 2 decimals"),
        (replace(GOOD, money=(line("discount", 8, "0.5", "-4", minor_units=3),)), "in USD with 3 decimals"),
    ],
)
def test_a_settlement_that_does_not_add_up_is_refused_whole(
    engine: Engine, contract: Contract, bad: Settlement, problem: str
) -> None:
    mine = audited(engine, contract, 1)
    before = export_ledger(engine)
    with pytest.raises(SettlementError, match=problem):
        settle(engine, mine, bad, day(8))
    assert export_ledger(engine) == before


HALF = line("discount", 80, "0.175", "-14.00")  # week 1: calibration, half of 0.35 off


@pytest.mark.parametrize(
    ("deduction", "problem"),
    [
        (line("discount", 80, "0.05", "-4.00"), r"the discount is 0\.05 a unit, but the terms give 0\.175"),
        (line("discount", 8, "0.175", "-1.40"), "8 units are discounted, but 80 records are accepted"),
        (line("unpaid_excess", 8, "0.35", "-2.80"), r"taken off at 0\.35 a unit, which paid 0\.175"),
        (line("unpaid_excess", 81, "0.175", "-14.18"), "81 units are excess, but 80 records are accepted"),
        (HALF, "2 lines are discount; a batch has at most one"),
    ],
)
def test_a_deduction_the_terms_do_not_give_is_refused(
    engine: Engine, contract: Contract, deduction: MoneyLine, problem: str
) -> None:
    money = (paid(80), *([HALF] if deduction is HALF else []), deduction)
    with pytest.raises(SettlementError, match=problem):
        settle(engine, audited(engine, contract, 1), replace(GOOD, money=money), day(8))


def test_the_discount_and_excess_of_the_terms_are_taken(engine: Engine, contract: Contract) -> None:
    judged(
        engine, contract, 1, replace(GOOD, money=(paid(80), HALF, line("unpaid_excess", 8, "0.175", "-1.4")))
    )
    assert money_rows(engine)[0].payable == Decimal("12.60")


def test_a_half_cent_may_be_rounded_either_way(engine: Engine, contract: Contract) -> None:
    for week, amount in ((1, "4.02"), (2, "4.03")):  # 11.5 units' worth: 23 x 0.175 = 4.025
        credit = line("credit_short", 23, "0.175", f"-{amount}")
        judged(engine, contract, week, outcome(accepted=23, money=(paid(23), credit)))
    assert money_rows(engine)[0].payable == Decimal("8.05") * 2 - Decimal("4.02") - Decimal("4.03")


def test_the_database_itself_refuses_a_file_that_does_not_add_up(engine: Engine, contract: Contract) -> None:
    judged(engine, contract, 1)
    with pytest.raises(IntegrityError, match="each_record_once"), writing(engine) as session:
        file = session.get_one(FileLine, (1, "rows.jsonl", "rows"))
        file.accepted += 1
        session.add(file)


@pytest.mark.parametrize(
    ("settlement", "topics"),
    [
        (outcome("accepted"), {"batch.judged", "batch.accepted"}),
        (outcome("accepted_partial", 80, 20), {"batch.judged", "batch.accepted"}),
        (outcome("accepted_partial", 0, 20), {"batch.judged"}),
        (outcome("held"), {"batch.judged"}),
        (outcome("rejected"), {"batch.judged"}),
    ],
)
def test_every_settlement_is_announced_and_accepted_records_to_retraining_too(
    engine: Engine, contract: Contract, settlement: Settlement, topics: set[str]
) -> None:
    judged(engine, contract, 1, settlement)
    waiting = [*pending(engine, "batch.judged"), *pending(engine, "batch.accepted")]
    assert {row.topic for row in waiting} == topics
    about = {"contract_id": "acme-1", "week": 1, "revision": 1, "program": "assistant"}
    said = {"state": settlement.state, "reason": settlement.reason}
    for row in waiting:
        assert row.payload == (about if row.topic == "batch.accepted" else {**about, **said})
        assert row.id == outbox_id(row.topic, "acme-1", 1, 1, "d1")  # type: ignore[arg-type]


def test_credits_are_taken_off_what_is_payable(engine: Engine, contract: Contract) -> None:
    judged(
        engine,
        contract,
        2,
        outcome("accepted_partial", 80, 20, money=(paid(80), credited(10, Decimal("0.0555")))),
    )
    found = money_rows(engine)[0]
    assert (found.payable, found.credited) == (Decimal("27.44"), Decimal("0.56"))


def test_money_of_a_superseded_revision_no_longer_counts(engine: Engine, contract: Contract) -> None:
    judged(engine, contract, 2, outcome(accepted=80))
    judged(engine, contract, 2, outcome(accepted=60), rules="rules-2")
    assert money_rows(engine)[0].payable == Decimal("21.00")
    judged(engine, contract, 2, outcome("rejected", accepted=60), rules="rules-3")
    assert money_rows(engine)[0].payable == 0
