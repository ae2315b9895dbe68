from sqlalchemy import Engine

from contracts.model import Contract
from rampart.ledger.abandoned import abandoned, at_work
from rampart.ledger.batch_rows import BatchKey
from rampart.ledger.batches import receive
from rampart.ledger.claims import release, renew
from rampart.ledger.outbox import pending
from rampart.ledger.turns import take
from tests.ledger.books import RULES, audited, day, judged

WEEK_1 = BatchKey("acme-1", 1, 1)


def left(engine: Engine) -> list[tuple[BatchKey, str, str, int]]:
    return [(one.batch.key, one.batch.state, one.version, one.tries) for one in abandoned(engine)]


def test_a_batch_with_a_live_worker_is_not_abandoned(engine: Engine, contract: Contract) -> None:
    audited(engine, contract, 1)
    assert left(engine) == []
    assert at_work(engine) == {WEEK_1}


def test_a_batch_whose_worker_gave_up_is_abandoned(engine: Engine, contract: Contract) -> None:
    release(engine, audited(engine, contract, 1))
    assert left(engine) == [(WEEK_1, "audited", "1.0.0", 1)]
    assert at_work(engine) == frozenset()


def test_a_batch_whose_worker_fell_silent_is_abandoned(engine: Engine, contract: Contract) -> None:
    renew(engine, audited(engine, contract, 1), 0)
    assert left(engine) == [(WEEK_1, "audited", "1.0.0", 1)]


def test_a_batch_that_nobody_claimed_yet_is_abandoned(engine: Engine, contract: Contract) -> None:
    receive(engine, "acme-1", 1, "d1", contract.digest, RULES, day(7))
    assert left(engine) == [(WEEK_1, "received", "1.0.0", 0)]


def test_settled_weeks_and_revisions_about_to_be_replaced_are_left_alone(
    engine: Engine, contract: Contract
) -> None:
    judged(engine, contract, 1)
    release(engine, audited(engine, contract, 2))
    audited(engine, contract, 2, rules="rules-2")
    assert left(engine) == []


def test_a_training_under_way_is_work_too(engine: Engine, contract: Contract) -> None:
    judged(engine, contract, 1)
    take(engine, pending(engine, "batch.accepted")[0].id, "elsewhere:1:a", 60)
    assert at_work(engine) == {WEEK_1}
