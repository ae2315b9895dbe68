"""Go or no-go in the books: once for a contract's decision week, with the figures it rests on."""

from dataclasses import replace

from sqlalchemy import Engine

from rampart.ledger.chain import contract_stream, events
from rampart.ledger.engine import reading
from rampart.ledger.outbox import NOTICES, pending
from rampart.ledger.ramp_decisions import RampDecision, decisions, write_decision
from tests.ledger.books import day, register, terms

NO_GO = RampDecision(
    contract_id="acme-1",
    week=1,
    call="no_go",
    reason="It falls short.",
    accepted_p10=200.0,
    accepted_p50=220.0,
    accepted_p90=240.0,
    contracted=340,
    misses=0.991,
    share_ahead=0.88,
    rests_on={"1": 2},
    as_of=day(7),
)


def test_a_decision_is_written_once_and_read_back_as_it_was_written(engine: Engine) -> None:
    register(engine, terms())
    assert write_decision(engine, NO_GO, "assistant") == NO_GO
    assert write_decision(engine, replace(NO_GO, call="go", as_of=day(9)), "assistant") == NO_GO
    assert decisions(engine, "acme-1") == (NO_GO,)
    with reading(engine) as session:
        said = [event for event in events(session, contract_stream("acme-1")) if event.kind == "ramp.decided"]
    assert len(said) == 1
    assert said[0].as_of == day(7)


def test_people_are_told_of_it_with_the_revision_it_rests_on(engine: Engine) -> None:
    register(engine, terms())
    write_decision(engine, NO_GO, "assistant")
    (notice,) = pending(engine, *NOTICES)
    assert (notice.topic, notice.week, notice.revision) == ("ramp.decided", 1, 2)
    assert notice.payload["call"] == "no_go"
    assert notice.payload["contracted"] == 340


def test_a_decision_week_that_is_moved_later_gets_a_decision_of_its_own(engine: Engine) -> None:
    register(engine, terms())
    write_decision(engine, NO_GO, "assistant")
    later = replace(NO_GO, week=2, call="go", as_of=day(14))
    write_decision(engine, later, "assistant")
    assert [(found.week, found.call) for found in decisions(engine, "acme-1")] == [(1, "no_go"), (2, "go")]
    assert decisions(engine, "other-1") == ()
