"""What the books say of how a vendor did, week by week, and of every clause that failed."""

from decimal import Decimal

import pytest
from sqlalchemy import Engine

from quality.verdict import GateSpec, Verdict
from rampart.ledger.batches import expect, mark_late
from rampart.ledger.decisions import decide
from rampart.ledger.errors import UnknownContractError
from rampart.ledger.outcome import Settlement
from rampart.ledger.read.breaches import breach_rows
from rampart.ledger.read.performance import WeekPerformance, performances
from rampart.ledger.scorecards import latest_scorecard, record_scorecard
from tests.ledger.books import anyone, contested, day, judged, outcome, register, terms


def weeks(engine: Engine) -> dict[int, WeekPerformance]:
    (found,) = performances(engine, "assistant")
    return {week.week: week for week in found.weeks}


def failed(settlement: Settlement) -> Settlement:
    """The same, but that its discard verdict failed."""
    spec = GateSpec("ramp.phases.production.discard_ceiling", "discard_rate", 0.1, "hold")
    verdict = Verdict(spec, "fail", 0.3, 0.2, 0.4, 100, "The rate is above its ceiling.", "sha256/f.parquet")
    return Settlement(**{**vars(settlement), "verdicts": (verdict,)})


def test_the_first_judgement_counts_for_the_yield_and_the_standing_one_for_the_money(engine: Engine) -> None:
    contract = register(engine, terms())
    judged(engine, contract, 1, outcome("accepted_partial", 60, 40))
    judged(engine, contract, 1, outcome("accepted", 95, 5), delivery_id="d2", replaces="d1")
    week = weeks(engine)[1]
    assert week.first is not None
    assert (week.first.revision, week.first.readable, week.first.kept) == (1, 100, 60)
    assert week.standing is not None
    assert (week.standing.revision, week.accepted, week.payable) == (2, 95, Decimal("33.25"))


def test_a_held_week_pays_nothing_and_a_late_one_is_late_whenever_it_comes(engine: Engine) -> None:
    contract = register(engine, terms())
    judged(engine, contract, 1, outcome("held", 60, 40))
    expect(engine, "acme-1", 2, contract.digest, day(14))
    mark_late(engine, "acme-1", 2, day(15))
    judged(engine, contract, 2)
    expect(engine, "acme-1", 3, contract.digest, day(21))
    found = weeks(engine)
    assert (found[1].accepted, found[1].payable, found[1].late) == (0, Decimal("0.00"), False)
    assert found[2].late is True
    assert (found[3].late, found[3].first, found[3].standing) == (None, None, None)


def test_another_programme_s_contracts_are_not_read(engine: Engine) -> None:
    register(engine, terms())
    assert performances(engine, "other") == ()


def test_a_breach_tells_the_decision_and_the_dispute_of_its_own_judgement(engine: Engine) -> None:
    contract = register(engine, terms())
    judged(engine, contract, 2, failed(outcome("held", 70, 30)))
    decide(engine, "acme-1", 2, True, "Ada", "Good enough.", day(16), lifted_by=anyone)
    contested(engine, 2, "upheld", day(17))
    judged(engine, contract, 2, failed(outcome("rejected", 60, 40)), delivery_id="d2", replaces="d1")
    first, second = breach_rows(engine, "acme-1")
    assert (first.revision, first.state, first.paid) == (1, "superseded", False)
    assert first.decision is not None
    assert first.decision.decided_by == "Ada"
    assert [dispute.ruling for dispute in first.disputes] == ["upheld"]
    assert (second.revision, second.state, second.decision, second.disputes) == (2, "rejected", None, ())
    assert second.evidence == (
        "books:acme-1/2/2/verdicts?metric=discard_rate",
        "store:sha256/f.parquet",
    )


def test_a_clause_that_holds_or_only_warns_is_no_breach(engine: Engine) -> None:
    judged(engine, register(engine, terms()), 1)
    assert breach_rows(engine, "acme-1") == ()
    with pytest.raises(UnknownContractError, match="nobody"):
        breach_rows(engine, "nobody")


def test_the_latest_scorecard_is_told_and_the_same_one_is_not_written_twice(engine: Engine) -> None:
    assert latest_scorecard(engine, "assistant") is None
    for key, as_of in (("a", day(1)), ("a", day(2)), ("b", day(3)), ("a", day(4))):
        record_scorecard(engine, "assistant", key, as_of)
    assert latest_scorecard(engine, "assistant") == ("a", day(4))
