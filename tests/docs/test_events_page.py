import json
from typing import get_args

from sqlalchemy import Engine

from rampart.ledger.batch_rows import BatchKey, current_batch
from rampart.ledger.batches import expect, mark_late
from rampart.ledger.canonical import Json
from rampart.ledger.notices import notice, tell_crashed, tell_stuck
from rampart.ledger.outbox import CLOCK, NOTICES, REQUESTS, OutboxRow, Topic, pending
from rampart.ledger.ramp_decisions import write_decision
from rampart.ledger.settlement import settle
from rampart.ledger.sla import Call, note
from tests.docs.pages import ROOT, blocks, code, table
from tests.ledger.books import a_month, audited, day, judged, outcome, register, terms
from tests.ledger.conftest import empty_books, engine
from tests.ledger.test_ramp_decisions import NO_GO

__all__ = ["empty_books", "engine"]  # fixtures
PAGE = ROOT / "docs" / "events.md"
ROWS = table(PAGE, "topic", "written when", "told to", "adds", "once for each")
TOPICS = {code(row[0]): row for row in ROWS}
NAMED = {"contract_id", "week", "revision", "program"}


def everything(engine: Engine) -> tuple[OutboxRow, ...]:
    """A row of every topic."""
    a_month(engine)
    contract = register(engine, terms("late-1"))
    expect(engine, "late-1", 1, contract.digest, day(1))
    mark_late(engine, "late-1", 1, day(8))
    judged(engine, terms(), 1, outcome("rejected", 80, 20), delivery_id="d2", replaces="d1")
    batch = current_batch(engine, "late-1", 1)
    assert batch is not None
    tell_stuck(engine, batch, "It cannot be judged.", day(9))
    write_decision(engine, NO_GO, "assistant")
    about: dict[str, dict[str, Json]] = {
        "delivery.due": {"clause": "c", "due": "d"},
        "delivery.missing": {"clause": "c", "due": "d", "missing_since": "m"},
        "delivery.short": {"clause": "c", "delivered": 1, "planned": 2, "reason": "r"},
        "delivery.over": {"clause": "c", "delivered": 3, "planned": 2, "reason": "r"},
        "dispute.unanswered": {"clause": "c", "dispute": "d", "answer_by": "a"},
        "data.overdue": {"clause": "c", "delete_by": "d"},
    }
    note(engine, [Call(topic, BatchKey("late-1", 1, 1), about[topic]) for topic in CLOCK], day(9))
    settle(engine, audited(engine, contract, 1), outcome(), day(9), hand_over=True)
    tell_crashed(engine, "run-1", BatchKey("", 0, 0), "It died.", day(9))
    return pending(engine, *REQUESTS, *NOTICES)


def test_the_page_lists_every_topic_and_who_it_is_for() -> None:
    assert set(TOPICS) == set(get_args(Topic)) == {*REQUESTS, *NOTICES}
    assert {topic for topic, row in TOPICS.items() if row[2] == "people"} == set(NOTICES)


def test_a_topic_s_payload_adds_what_the_page_says(engine: Engine) -> None:
    found = {row.topic: set(row.payload) - NAMED for row in everything(engine)}
    shown = {
        topic: {code(name) for name in row[3].split(", ") if name != "—"} for topic, row in TOPICS.items()
    }
    assert found == shown


def test_the_webhook_s_body_is_what_the_page_shows(engine: Engine) -> None:
    (shown,) = (json.loads(block.text) for block in blocks(PAGE) if block.language == "json")
    judged = next(row for row in everything(engine) if row.topic == "batch.judged")
    assert set(json.loads(notice(judged))) == set(shown)
