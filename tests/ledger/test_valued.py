"""What a model of the other batches says of a batch, in the books: for people, once a training."""

from dataclasses import replace

from sqlalchemy import Engine

from rampart.ledger.outbox import NOTICES, pending
from rampart.ledger.valued import Valued, valued, write_valued
from rampart.ledger.verify import verify_books
from tests.ledger.books import day, register, terms

LOW = Valued("acme-1", 1, 1, "ab" * 32, 0.53, 0.5, 0.56, 900, 0.79, True, "batches/acme-1/week-01/d.json")


def test_it_is_written_once_for_a_training(engine: Engine) -> None:
    register(engine, terms())
    assert write_valued(engine, LOW, "assistant", day(7))
    assert write_valued(engine, LOW, "assistant", day(9))
    other = replace(LOW, run_id="cd" * 32)
    write_valued(engine, other, "assistant", day(10))
    assert valued(engine, "acme-1", 1) == (LOW, other)
    assert valued(engine, "acme-1", 2) == ()
    assert verify_books(engine) == ()


def test_people_are_told_once_of_a_revision_that_is_flagged(engine: Engine) -> None:
    register(engine, terms())
    write_valued(engine, replace(LOW, flagged=False, week=2), "assistant", day(6))
    write_valued(engine, LOW, "assistant", day(7))
    write_valued(engine, replace(LOW, run_id="cd" * 32), "assistant", day(8))
    (notice,) = pending(engine, *NOTICES)
    assert (notice.topic, notice.week) == ("agreement.low", 1)
    assert notice.payload["reason"] == LOW.sentence
    assert "53.0% (50.0% to 56.0%) of 900 pairs agree" in LOW.sentence
