import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from rampart.ledger.claims import claim, release, renew
from rampart.ledger.engine import open_ledger
from rampart.ledger.export import export_ledger
from rampart.ledger.settlement import settle
from tests.ledger.books import a_month, audited, claimed, day, judged, outcome, register, terms


@pytest.fixture
def other(tmp_path: Path, empty_books: Path) -> Iterator[Engine]:
    """Second, empty books."""
    opened = open_ledger(f"sqlite:///{shutil.copy(empty_books, tmp_path / 'other.db')}")
    yield opened
    opened.dispose()


def test_two_books_of_the_same_facts_export_the_same(engine: Engine, other: Engine) -> None:
    a_month(engine)
    a_month(other)
    assert export_ledger(engine) == export_ledger(other)


def test_takeovers_and_retries_leave_no_trace_in_the_export(engine: Engine, other: Engine) -> None:
    contract = register(engine, terms())
    judged(engine, contract, 1)
    register(other, terms())
    lost = audited(other, contract, 1)
    renew(other, lost, 0)
    release(other, claimed(other, contract, 1))
    mine = claim(other, lost.batch, "elsewhere:9:z", 60)
    assert mine is not None
    assert mine.fence == 3
    settle(other, mine, outcome(), day(8))
    judged_again = export_ledger(other)
    assert judged_again == export_ledger(engine)


def test_the_order_in_which_contracts_are_worked_on_leaves_no_trace(engine: Engine, other: Engine) -> None:
    for books, order in ((engine, ("a-1", "b-1")), (other, ("b-1", "a-1"))):
        for contract_id in order:
            judged(books, register(books, terms(contract_id)), 1)
    assert export_ledger(engine) == export_ledger(other)


def test_the_export_is_json_and_has_no_wall_clock(engine: Engine) -> None:
    a_month(engine)
    text = json.dumps(export_ledger(engine), allow_nan=False)
    assert json.loads(text) == export_ledger(engine)
    for name in ("recorded_at", "done_at", "lease_until", "owner", "fence", "batch_id", "rm_id"):
        assert f'"{name}"' not in text


def test_the_export_holds_every_fact(engine: Engine) -> None:
    a_month(engine)
    found = export_ledger(engine)
    assert [(b["week"], b["revision"], b["state"]) for b in found["batches"]] == [
        (1, 1, "accepted_partial"),
        (2, 1, "accepted_partial"),
        (3, 1, "superseded"),
        (3, 2, "accepted"),
    ]
    first = found["batches"][0]
    assert first["money"][0]["amount_minor"] == 2800
    assert first["files"][0]["accepted"] == 80
    assert found["batches"][1]["decisions"][0]["decided_by"] == "Ada"
    assert found["models"][0]["metrics"] == [{"name": "loss", "value": 0.3}]  # rounded: 0.1 + 0.2
    assert found["models"][0]["promotion"][0]["promoted"] is True
    assert [row["done"] for row in found["outbox"] if row["topic"] == "batch.accepted"].count(True) == 1
    assert len(found["weeks"]) == 4
    assert found["events"][0]["kind"] == "contract.registered"


def test_a_changed_count_shows_in_the_export(engine: Engine, other: Engine) -> None:
    judged(engine, register(engine, terms()), 1, outcome(accepted=90))
    judged(other, register(other, terms()), 1, outcome(accepted=89))
    assert export_ledger(engine) != export_ledger(other)
