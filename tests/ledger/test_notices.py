import json

import pytest
from sqlalchemy import Engine

from contracts.model import Contract
from rampart.ledger.batch_rows import BatchKey, current_batch
from rampart.ledger.batches import expect, mark_late, refuse
from rampart.ledger.chain import append_event
from rampart.ledger.decisions import decide
from rampart.ledger.export import export_ledger
from rampart.ledger.notices import notice, notice_key, queues, tell_crashed, tell_stuck
from rampart.ledger.outbox import NOTICES, Topic, outbox_id, pending, rows_about
from tests.ledger.books import anyone, day, judged, outcome, register, terms


def told(engine: Engine, topic: Topic) -> list[dict[str, object]]:
    """What the rows of one topic say beside which batch they are about."""
    named = ("contract_id", "week", "revision", "program")
    return [
        {name: value for name, value in row.payload.items() if name not in named}
        for row in pending(engine, topic)
    ]


def test_a_verdict_is_told_with_its_state_and_reason(engine: Engine, contract: Contract) -> None:
    judged(engine, contract, 1, outcome("held", 50, 3))
    assert told(engine, "batch.judged") == [{"state": "held", "reason": "3 of 53 records are discarded."}]


def test_a_decision_is_told_with_who_took_it(engine: Engine, contract: Contract) -> None:
    judged(engine, contract, 1, outcome("held", 50, 3))
    decide(engine, "acme-1", 1, False, "Ada", "Too hasty.", day(9), lifted_by=anyone)
    assert told(engine, "batch.decided") == [
        {"state": "rejected", "reason": "Too hasty.", "decided_by": "Ada"}
    ]


def test_a_late_delivery_is_told_once(engine: Engine, contract: Contract) -> None:
    expect(engine, "acme-1", 1, contract.digest, day(1))
    mark_late(engine, "acme-1", 1, day(8))
    mark_late(engine, "acme-1", 1, day(9))
    (row,) = pending(engine, "delivery.late")
    assert (row.contract_id, row.week, row.revision, row.as_of) == ("acme-1", 1, 1, day(8))


def test_each_refusal_is_told_once(engine: Engine, contract: Contract) -> None:
    for problem in ("A checksum differs.", "A checksum differs.", "A file is missing."):
        refuse(engine, contract.contract_id, 1, problem, day(6))
    assert {row["problem"] for row in told(engine, "delivery.refused")} == {
        "A checksum differs.",
        "A file is missing.",
    }
    assert {row.program for row in pending(engine, "delivery.refused")} == {"assistant"}


def test_a_refusal_and_its_notice_are_one_transaction(
    engine: Engine, contract: Contract, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("rampart.ledger.batches.announce_refused", fails)
    with pytest.raises(OSError, match="disk full"):
        refuse(engine, contract.contract_id, 1, "A checksum differs.", day(6))
    assert "delivery.refused" not in [event["kind"] for event in export_ledger(engine)["events"]]
    monkeypatch.undo()
    monkeypatch.setattr("rampart.ledger.batches.append_event", lambda *_: fails())
    with pytest.raises(OSError, match="disk full"):
        refuse(engine, contract.contract_id, 1, "A checksum differs.", day(6))
    assert pending(engine, "delivery.refused") == ()
    assert append_event is not None


def test_what_a_machine_went_through_is_told_once_and_left_out_of_the_export(
    engine: Engine, contract: Contract
) -> None:
    judged(engine, contract, 1)
    before = export_ledger(engine)
    batch = current_batch(engine, "acme-1", 1)
    assert batch is not None
    for moment in (day(9), day(10)):
        tell_stuck(engine, batch, "It cannot be judged.", moment)
        tell_crashed(engine, "run-1", BatchKey("acme-1", 1, 0), "It died.", moment)
        tell_crashed(engine, "run-2", BatchKey("", 0, 0), "It died.", moment)
    assert len(pending(engine, "delivery.stuck")) == 1
    assert [str(row) for row in pending(engine, "run.crashed")] == [
        "run.crashed of no contract",
        "run.crashed of acme-1 week 1",
    ]
    assert export_ledger(engine) == before


def test_each_contract_has_a_queue_in_the_order_things_happened(engine: Engine, contract: Contract) -> None:
    other = register(engine, terms("a-1"))
    judged(engine, contract, 2)
    judged(engine, other, 1)
    expect(engine, "acme-1", 1, contract.digest, day(1))
    mark_late(engine, "acme-1", 1, day(8))
    assert [[(row.contract_id, row.topic, row.week) for row in queue] for queue in queues(engine)] == [
        [("a-1", "batch.judged", 1)],
        [("acme-1", "delivery.late", 1), ("acme-1", "batch.judged", 2)],
    ]


def test_a_notice_is_the_same_bytes_under_the_same_name_every_time(
    engine: Engine, contract: Contract
) -> None:
    judged(engine, contract, 1)
    first, again = (pending(engine, *NOTICES)[0] for _ in range(2))
    assert notice(first) == notice(again)
    said = json.loads(notice(first))
    assert said["id"] == first.id == outbox_id("batch.judged", "acme-1", 1, 1, "d1")
    assert said["as_of"] == "2026-01-13T09:00:00.000000Z"
    assert notice_key(first.id) == f"notifications/{first.id}.json"


def test_the_rows_of_one_judgement_are_found_done_or_not(engine: Engine, contract: Contract) -> None:
    key = judged(engine, contract, 1)
    judged(engine, contract, 2)
    assert [row.topic for row in rows_about(engine, key)] == ["batch.accepted", "batch.judged"]
