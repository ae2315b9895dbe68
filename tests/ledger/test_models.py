from dataclasses import replace

import pytest
from sqlalchemy import Engine

from contracts.model import Contract
from rampart.ledger.canonical import Json
from rampart.ledger.chain import append_event, contract_stream, events
from rampart.ledger.deletion.said import STARTED
from rampart.ledger.engine import reading, writing
from rampart.ledger.errors import ChampionMovedError, DataDeletedError, LedgerError
from rampart.ledger.export import export_ledger
from rampart.ledger.models import champion, record_skip, record_training
from rampart.ledger.outbox import pending
from rampart.ledger.read import rm_rows
from tests.ledger.books import day, judged, promotion, register, terms, training


def test_a_training_is_recorded_once_for_its_trigger(engine: Engine, contract: Contract) -> None:
    key = judged(engine, contract, 1)
    row = pending(engine, "batch.accepted")[0]
    record_training(engine, row.id, training(key), promotion(), day(9))
    before = export_ledger(engine)
    record_training(engine, row.id, training(key, data="other"), promotion(), day(99))
    assert export_ledger(engine) == before
    assert pending(engine, "batch.accepted") == ()
    assert len(rm_rows(engine, "assistant")) == 1


def test_models_are_numbered_within_their_programme(engine: Engine, contract: Contract) -> None:
    coder = register(engine, terms("coder-1", program="coder"))
    keys = [judged(engine, contract, 1), judged(engine, contract, 2), judged(engine, coder, 1)]
    for row in pending(engine, "batch.accepted"):
        key = next(k for k in keys if (k.contract_id, k.week) == (row.contract_id, row.week))
        run = training(key, row.program, data=f"{key}")
        record_training(engine, row.id, run, promotion(False, champion(engine, row.program)), day(30))
    assert [row.version for row in rm_rows(engine, "assistant")] == [1, 2]
    assert [row.version for row in rm_rows(engine, "coder")] == [1]


def test_the_champion_is_the_latest_promoted(engine: Engine, contract: Contract) -> None:
    runs = {week: training(judged(engine, contract, week), data=f"data-{week}") for week in (1, 2, 3)}
    assert champion(engine, "assistant") is None
    for row, promoted in zip(pending(engine, "batch.accepted"), (True, True, False), strict=True):
        before = champion(engine, "assistant")
        record_training(engine, row.id, runs[row.week], promotion(promoted, before), day(30))
    assert champion(engine, "assistant") == runs[2].run_id
    rows = rm_rows(engine, "assistant")
    assert [(row.version, row.promoted, row.champion) for row in rows] == [
        (1, True, False),
        (2, True, True),
        (3, False, False),
    ]
    assert rows[1].champion_before == runs[1].run_id
    assert rows[0].metrics == {"loss": 0.1 + 0.2}
    assert rows[0].artefacts == {"model": "models/data-1.safetensors"}


def test_a_decision_against_a_former_champion_is_refused(engine: Engine, contract: Contract) -> None:
    first, second = (training(judged(engine, contract, week), data=f"{week}") for week in (1, 2))
    rows = pending(engine, "batch.accepted")
    record_training(engine, rows[0].id, first, promotion(), day(20))
    with pytest.raises(ChampionMovedError, match="compare again"):
        record_training(engine, rows[1].id, second, promotion(True, None), day(21))
    assert len(pending(engine, "batch.accepted")) == 1


def test_a_training_on_a_week_whose_deletion_has_begun_is_refused(engine: Engine, contract: Contract) -> None:
    key = judged(engine, contract, 1)
    judged(engine, contract, 2)
    run = replace(training(key), batches=((key.contract_id, 1, 1), (key.contract_id, 2, 1)))
    begun: dict[str, Json] = {"deletion": "d", "weeks": [2], "by": "A. Lead", "reason": "rights"}
    with writing(engine) as session:
        said = begun | {"objects": [], "shared": [], "models": []}
        append_event(session, contract_stream(key.contract_id), STARTED, day(9), said)
    row = pending(engine, "batch.accepted")[0]
    with pytest.raises(
        DataDeletedError, match=r"acme-1 week 2 were deleted on .*train again without the week"
    ):
        record_training(engine, row.id, run, promotion(), day(9))
    assert rm_rows(engine, "assistant") == ()
    record_training(engine, row.id, training(key), promotion(), day(9))


def test_a_run_must_come_from_the_batch_its_row_names(engine: Engine, contract: Contract) -> None:
    key = judged(engine, contract, 1)
    row = pending(engine, "batch.accepted")[0]
    wrong = replace(training(key), trigger=(key.contract_id, 2, 1))
    with pytest.raises(LedgerError, match="triggered by acme-1 week 2 revision 1"):
        record_training(engine, row.id, wrong, promotion(), day(9))
    with pytest.raises(LedgerError, match="in programme coder"):
        record_training(engine, row.id, training(key, "coder"), promotion(), day(9))


def test_only_accepted_batches_lead_to_training(engine: Engine, contract: Contract) -> None:
    key = judged(engine, contract, 1)
    row = pending(engine, "batch.judged")[0]
    with pytest.raises(LedgerError, match=r"only batch\.accepted and batch\.withdrawn lead to training"):
        record_training(engine, row.id, training(key), promotion(), day(9))


def test_nothing_to_train_on_is_said_once(engine: Engine, contract: Contract) -> None:
    judged(engine, contract, 1)
    row = pending(engine, "batch.accepted")[0]
    for _ in range(2):
        record_skip(engine, row.id, "No pair is left after ties.", day(9))
    assert pending(engine, "batch.accepted") == ()
    with reading(engine) as session:
        found = events(session, "program:assistant")
    assert [(event.kind, event.payload["reason"]) for event in found] == [
        ("model.skipped", "No pair is left after ties.")
    ]
