import hashlib
from dataclasses import replace

import pytest
from sqlalchemy import Engine

from contracts.model import Contract
from rampart.ledger.batch_rows import BatchKey
from rampart.ledger.gain_decisions import write_gain
from rampart.ledger.models import record_training
from rampart.ledger.outbox import pending
from rampart.ledger.sla import Call, note
from rampart.ledger.valued import write_valued
from rampart.ledger.verify import verify_books
from tests.ledger.books import contested, day, judged, outcome, promotion, training
from tests.ledger.test_gain_decisions import MISSED
from tests.ledger.test_valued import LOW

DISPUTE = hashlib.sha256(b"1 upheld").hexdigest()


@pytest.fixture
def books(engine: Engine, contract: Contract) -> Engine:
    """Books in order: an accepted week with a promoted model and a dispute, a rejected week."""
    key = judged(engine, contract, 1, outcome("accepted_partial", 80, 20))
    judged(engine, contract, 2, outcome("rejected", 30, 40, 10))
    record_training(engine, pending(engine, "batch.accepted")[0].id, training(key), promotion(), day(9))
    contested(engine, 1, "upheld", day(10))
    return engine


def forge(engine: Engine, *statements: str) -> None:
    """Change the books behind the ledger's back, its guards and checks switched off."""
    with engine.connect() as connection:
        raw = connection.connection.driver_connection
        assert raw is not None
        for statement in (
            "DROP TRIGGER ledger_event_no_update",
            "DROP TRIGGER ledger_event_no_delete",
            "PRAGMA ignore_check_constraints=ON",
            "PRAGMA foreign_keys=OFF",
            *statements,
        ):
            raw.execute(statement)


def test_books_in_order_have_no_violation(books: Engine) -> None:
    assert verify_books(books) == ()


@pytest.mark.parametrize(
    ("statement", "invariant", "subject", "problem"),
    [
        (
            "UPDATE batch_file SET accepted = 79 WHERE batch_id = 1",
            1,
            "acme-1 week 1 revision 1",
            "has 100 records, but 79 accepted",
        ),
        (
            "UPDATE batch_reason SET first_count = 19 WHERE batch_id = 1",
            1,
            "acme-1 week 1 revision 1",
            "20 records are discarded, but 19 have",
        ),
        (
            "UPDATE ledger_event SET payload = '{}' WHERE seq = 1",
            4,
            "contract:acme-1",
            "its content was changed",
        ),
        (
            "UPDATE contract_version SET effective = '2026-02-01 00:00:00'",
            4,
            "acme-1 version 1.0.0",
            "its effective is 2026-02-01T00:00:00.000000Z, but its event says None",
        ),
        (
            "DELETE FROM ledger_event WHERE kind = 'batch.rejected'",
            4,
            "acme-1 week 2 revision 1",
            "its last event says batch.audited",
        ),
        (
            "DELETE FROM ledger_event WHERE kind = 'batch.rejected'",
            4,
            "acme-1 week 2 revision 1",
            "no event seals its settlement",
        ),
        (
            "UPDATE batch SET state = 'accepted' WHERE week = 2",
            4,
            "acme-1 week 2 revision 1",
            "is accepted, but its last event says batch.rejected",
        ),
        (
            "UPDATE batch_verdict SET observed = 0.01 WHERE batch_id = 1",
            4,
            "acme-1 week 1 revision 1",
            "are not those its event sealed",
        ),
        (
            "UPDATE batch_artefact SET object_key = 'x' WHERE batch_id = 2",
            4,
            "acme-1 week 2 revision 1",
            "are not those its event sealed",
        ),
        (
            "UPDATE batch_money SET amount_minor = 2801 WHERE batch_id = 1",
            5,
            "acme-1 week 1 revision 1",
            "is 28.01, but 80 x 0.35",
        ),
        (
            "UPDATE contract_week SET price_e4 = 3400 WHERE week = 1",
            5,
            "acme-1 week 1 revision 1",
            "paid at 0.35, but week 1 has the price 0.3400",
        ),
        (
            "DELETE FROM outbox WHERE topic = 'batch.accepted'",
            6,
            "acme-1 week 1 revision 1",
            "no batch.accepted row",
        ),
        *(
            (statement, 4, "assistant reward model 1", "are not those its event sealed")
            for statement in (
                "UPDATE promotion SET promoted = 0",
                "UPDATE rm_version SET accuracy = 0.99",
                "UPDATE rm_metric SET value = 0.1",
                "UPDATE rm_artefact SET object_key = 'x'",
            )
        ),
        (
            "DELETE FROM ledger_event WHERE kind = 'model.trained'",
            4,
            "assistant reward model 1",
            "no event says that it was trained",
        ),
        ("DELETE FROM rm_version", 4, "assistant reward model 1", "it is not on the books"),
        (
            "UPDATE batch SET state_reason = 'all is well' WHERE week = 2",
            4,
            "acme-1 week 2 revision 1",
            "another reason or time than its last event",
        ),
        (
            "DELETE FROM outbox WHERE topic = 'batch.judged' AND week = 2",
            4,
            "acme-1 week 2 revision 1",
            "no batch.judged row of the outbox tells of it",
        ),
        (
            "DELETE FROM outbox WHERE topic = 'dispute.opened'",
            4,
            f"acme-1 dispute {DISPUTE}",
            "no dispute.opened row",
        ),
        (
            "DELETE FROM ledger_event WHERE kind = 'dispute.ruled'",
            4,
            f"acme-1 dispute {DISPUTE}",
            "the outbox has a dispute.ruled row, but no event says so",
        ),
        (
            "UPDATE rm_version SET code_digest = ''",
            6,
            "assistant reward model 1",
            "without naming the digest of its code",
        ),
        ("DELETE FROM rm_contract", 6, "assistant reward model 1", "without naming registered contracts"),
        (
            "INSERT INTO rm_version SELECT 2, program, 2, 'other', run_id, contract_id, week, revision, "
            "data_digest, config_digest, code_digest, backend, n_train, n_holdout, accuracy, accuracy_low, "
            "accuracy_high, as_of FROM rm_version",
            6,
            "acme-1 week 1 revision 1",
            "2 training runs were recorded",
        ),
    ],
)
def test_each_forgery_is_found(
    books: Engine, statement: str, invariant: int, subject: str, problem: str
) -> None:
    forge(books, statement)
    found = [v for v in verify_books(books) if (v.invariant, v.subject) == (invariant, subject)]
    assert any(problem in violation.problem for violation in found), verify_books(books)


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        ("UPDATE outbox SET topic = 'delivery.over' WHERE topic = 'delivery.short'", "no delivery.short row"),
        ("DELETE FROM ledger_event WHERE kind = 'delivery.short'", "has a delivery.short row, but no event"),
        ("UPDATE outbox SET payload = replace(payload, '60', '61')", "no delivery.short row"),
    ],
)
def test_what_the_clock_said_stands_in_the_events_and_in_the_outbox(
    books: Engine, statement: str, problem: str
) -> None:
    note(books, [Call("delivery.short", BatchKey("acme-1", 1, 1), {"delivered": 60})], day(11))
    assert verify_books(books) == ()
    forge(books, statement)
    assert any(problem in found.problem for found in verify_books(books))


@pytest.mark.parametrize(
    ("statement", "subject", "problem"),
    [
        ("DELETE FROM outbox WHERE topic = 'gain.decided'", "acme-1 week 2", "no gain.decided row"),
        (
            "DELETE FROM outbox WHERE topic = 'agreement.low'",
            "acme-1 week 1 revision 1",
            "no agreement.low row",
        ),
        (
            "DELETE FROM ledger_event WHERE kind = 'gain.decided'",
            "acme-1 week 2",
            "has a gain.decided row, but no event",
        ),
        (
            "DELETE FROM ledger_event WHERE kind = 'agreement.found'",
            "acme-1 week 1 revision 1",
            "has a agreement.low row, but no event",
        ),
    ],
)
def test_what_was_found_of_a_batch_is_told_and_what_is_told_was_found(
    books: Engine, statement: str, subject: str, problem: str
) -> None:
    write_gain(books, MISSED, "assistant")
    write_valued(books, LOW, "assistant", day(11))
    write_valued(books, replace(LOW, run_id="ef" * 32, flagged=False, week=2), "assistant", day(11))
    assert verify_books(books) == ()
    forge(books, statement)
    assert any(problem in one.problem for one in verify_books(books) if one.subject == subject)
