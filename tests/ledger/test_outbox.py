import pytest
from sqlalchemy import Engine

from contracts.model import Contract
from rampart.ledger.errors import LedgerError
from rampart.ledger.outbox import mark_done, outbox_id, pending
from tests.ledger.books import judged, register, terms


def test_work_waits_in_the_order_it_arose(engine: Engine, contract: Contract) -> None:
    other = register(engine, terms("a-1"))
    judged(engine, contract, 2)
    judged(engine, contract, 1)
    judged(engine, other, 1)
    judged(engine, contract, 1, rules="rules-2")
    order = [(row.contract_id, row.week, row.revision) for row in pending(engine, "batch.judged")]
    assert order == [("a-1", 1, 1), ("acme-1", 1, 1), ("acme-1", 1, 2), ("acme-1", 2, 1)]


def test_done_work_waits_no_longer(engine: Engine, contract: Contract) -> None:
    judged(engine, contract, 1)
    row = pending(engine, "batch.judged")[0]
    mark_done(engine, row.id)
    mark_done(engine, row.id)
    assert pending(engine, "batch.judged") == ()
    assert len(pending(engine, "batch.accepted")) == 1


def test_work_that_was_never_asked_for_cannot_be_done(engine: Engine) -> None:
    with pytest.raises(LedgerError, match="take ids from `pending`"):
        mark_done(engine, "none")


def test_ids_depend_on_topic_batch_and_delivery_alone() -> None:
    """A fixed value: a consumer recognises work it has done by this id."""
    assert outbox_id("batch.accepted", "acme-1", 1, 1, "d1") == "10a1c5b6-2fad-5be3-a91a-3e72852becaf"
    others = {
        outbox_id("batch.judged", "acme-1", 1, 1, "d1"),
        outbox_id("batch.accepted", "acme-1", 1, 1, "d2"),
        outbox_id("batch.accepted", "acme-1", 1, 2, "d1"),
        outbox_id("batch.accepted", "acme-1", 2, 1, "d1"),
        outbox_id("batch.accepted", "acme", 11, 1, "d1"),
    }
    assert len(others) == 5
