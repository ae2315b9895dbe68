"""The gain a contract expects, in the books: said once for its week, with the figures behind it."""

from dataclasses import replace

from sqlalchemy import Engine

from rampart.ledger.chain import contract_stream, events
from rampart.ledger.engine import reading
from rampart.ledger.gain_decisions import GainDecision, gain_decisions, write_gain
from rampart.ledger.outbox import NOTICES, pending
from tests.ledger.books import day, register, terms

MISSED = GainDecision(
    contract_id="acme-1",
    week=2,
    revision=1,
    answer="missed",
    asked=5.0,
    gain=1.5,
    low=-0.5,
    high=3.5,
    n_pairs=400,
    n_prompts=380,
    run_id="ab" * 32,
    before="cd" * 32,
    as_of=day(7),
)


def test_an_answer_is_written_once_and_stands(engine: Engine) -> None:
    register(engine, terms())
    assert write_gain(engine, MISSED, "assistant") == MISSED
    assert write_gain(engine, replace(MISSED, answer="reached", as_of=day(9)), "assistant") == MISSED
    assert gain_decisions(engine, "acme-1") == (MISSED,)
    with reading(engine) as session:
        kinds = [event.kind for event in events(session, contract_stream("acme-1"))]
    assert kinds.count("gain.decided") == 1


def test_people_are_told_the_answer_with_its_interval(engine: Engine) -> None:
    register(engine, terms())
    write_gain(engine, MISSED, "assistant")
    (notice,) = pending(engine, *NOTICES)
    assert (notice.topic, notice.week, notice.payload["answer"]) == ("gain.decided", 2, "missed")
    assert notice.payload["reason"] == MISSED.sentence
    assert MISSED.sentence.startswith("missed: +1.5 points (-0.5 to +3.5) over the model before it")
