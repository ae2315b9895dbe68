"""Data that were taken back after a model learnt from them: one retraining without them."""

from dataclasses import replace

import pytest
from sqlalchemy import Engine

from contracts.model import Contract
from rampart.ledger.batch_rows import BatchKey
from rampart.ledger.export import export_ledger
from rampart.ledger.models import record_skip, record_training
from rampart.ledger.outbox import OutboxRow, pending, rows_about
from rampart.ledger.states import Settled
from rampart.ledger.verify import verify_books
from tests.ledger.books import day, judged, outcome, promotion, training


def learn(engine: Engine, key: BatchKey) -> None:
    """A model is trained on the batch that asks."""
    (row,) = pending(engine, "batch.accepted")
    record_training(engine, row.id, training(key), promotion(), day(9))


def asked(engine: Engine) -> tuple[OutboxRow, ...]:
    return pending(engine, "batch.withdrawn")


def again(engine: Engine, contract: Contract, state: Settled, delivery_id: str, replaces: str) -> BatchKey:
    settlement = outcome(state, 80, 0 if state == "accepted" else 20)
    return judged(engine, contract, 1, settlement, delivery_id=delivery_id, replaces=replaces)


@pytest.mark.parametrize("state", ["held", "rejected"])
def test_a_week_taken_back_after_a_training_asks_for_one_without_it(
    engine: Engine, contract: Contract, state: Settled
) -> None:
    learn(engine, judged(engine, contract, 1))
    again(engine, contract, state, "d2", "d1")
    (row,) = asked(engine)
    assert (row.contract_id, row.week, row.revision, row.program) == ("acme-1", 1, 1, "assistant")
    assert verify_books(engine) == ()


def test_it_asks_once_however_often_the_week_is_judged_after_that(engine: Engine, contract: Contract) -> None:
    learn(engine, judged(engine, contract, 1))
    again(engine, contract, "rejected", "d2", "d1")
    record_skip(engine, asked(engine)[0].id, "No pair is left.", day(20))
    again(engine, contract, "rejected", "d3", "d2")
    assert asked(engine) == ()
    assert verify_books(engine) == ()


def test_a_week_that_is_accepted_anew_asks_by_its_own_acceptance_alone(
    engine: Engine, contract: Contract
) -> None:
    learn(engine, judged(engine, contract, 1))
    again(engine, contract, "accepted", "d2", "d1")
    assert (len(pending(engine, "batch.accepted")), asked(engine)) == (1, ())
    assert verify_books(engine) == ()


def test_a_week_that_no_model_learnt_from_asks_for_nothing(engine: Engine, contract: Contract) -> None:
    judged(engine, contract, 1)
    again(engine, contract, "rejected", "d2", "d1")
    assert asked(engine) == ()


def test_a_week_taken_back_while_a_model_learns_from_it_asks_when_the_model_is_booked(
    engine: Engine, contract: Contract
) -> None:
    key = judged(engine, contract, 1)
    again(engine, contract, "rejected", "d2", "d1")
    assert asked(engine) == ()
    learn(engine, key)
    (row,) = asked(engine)
    assert (row.week, row.revision) == (1, 1)
    assert verify_books(engine) == ()


def test_the_training_it_asks_for_is_booked_once(engine: Engine, contract: Contract) -> None:
    first, other = judged(engine, contract, 1), judged(engine, contract, 2)
    for row, key in zip(pending(engine, "batch.accepted"), (first, other), strict=True):
        run = training(key, data=f"{key}")
        before = None if key == first else _run(first)
        record_training(engine, row.id, run, promotion(key == first, before), day(9))
    again(engine, contract, "rejected", "d2", "d1")
    (row,) = asked(engine)
    run = training(BatchKey("acme-1", 1, 1), data="without")
    run = replace(run, batches=(("acme-1", 2, 1),))
    record_training(engine, row.id, run, promotion(True, _run(first)), day(20))
    exported = export_ledger(engine)
    record_training(engine, row.id, run, promotion(True, _run(first)), day(21))
    assert export_ledger(engine) == exported
    assert asked(engine) == ()
    assert {r.topic for r in rows_about(engine, first)} >= {"batch.accepted", "batch.withdrawn"}
    assert verify_books(engine) == ()


def _run(key: BatchKey) -> str:
    return training(key, data=f"{key}").run_id
