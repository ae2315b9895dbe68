"""What a batch was worth is found after its training, kept beside the model, and told to people."""

import json

import pytest

from flows.retrain import retrain
from flows.weekly import weekly
from rampart.delivery.open_store import open_store
from rampart.ledger.gain_decisions import gain_decisions
from rampart.ledger.read.reward_models import rm_rows
from rampart.ledger.read.worth import contract_worth, key_in
from rampart.ledger.valued import valued
from rampart.ledger.verify import verify_books
from rampart.settings import Settings
from simulator.season import Season, due, week_rows

CONTRACT = "dc-north"
ASKED = "      training: {expected_gain: {by_week: 2, points: 5}}\n"


@pytest.fixture
def walked(plain: Season) -> Season:
    """Three weeks of one contract that expects something of its second."""
    plain.agree(amendment=ASKED)
    for week in (1, 2, 3):
        plain.deliver(week, week_rows("north", week, hasty=0))
        weekly(due(week))
    return plain


def test_every_training_after_the_first_says_what_its_batches_were_worth(walked: Season) -> None:
    books, store = walked.books(), open_store(Settings().store_uri)
    models = rm_rows(books, "small")
    told = [json.loads(store.get(key)) for model in models if (key := key_in(model))]
    assert len(told) == len(models) == 3
    assert told[0]["skipped"] == "Nothing to compare: there is one batch."
    assert [len(one["agreements"]) for one in told] == [0, 2, 3]
    found = contract_worth(books, store.get, CONTRACT)
    assert (found.version, [one.week for one in found.weeks]) == (3, [1, 2, 3])
    assert all(one.expected is None and not one.flagged for one in found.weeks), "three batches are too few"
    assert verify_books(books) == ()
    books.dispose()


def test_the_gain_that_was_asked_for_is_judged_once_and_told(walked: Season) -> None:
    books = walked.books()
    (decision,) = gain_decisions(books, CONTRACT)
    assert (decision.week, decision.asked, decision.before) == (2, 5.0, None)
    assert decision.run_id == rm_rows(books, "small")[1].run_id
    (event,) = walked.events("gain.decided")
    assert event["answer"] == decision.answer
    before = walked.export()
    assert retrain(due(4)) == ()
    assert walked.export() == before
    books.dispose()


def test_what_names_records_lies_with_the_batch_and_is_on_the_books(walked: Season) -> None:
    books, store = walked.books(), open_store(Settings().store_uri)
    found = valued(books, CONTRACT)
    assert [one.week for one in found] == [2, 3]
    for one in found:
        assert one.object_key.startswith(f"batches/{CONTRACT}/week-{one.week:02d}/")
        assert set(json.loads(store.get(one.object_key))) == {"run_id", "annotators", "doubted"}
    for model in rm_rows(books, "small"):
        assert "north-2-" not in store.get(key_in(model) or "").decode(), "no record is named beside a model"
    books.dispose()


def test_a_model_from_before_that_cannot_be_read_holds_no_training_up(
    plain: Season, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain.deliver(1, week_rows("north", 1, hasty=0))
    plain.agree()
    monkeypatch.setattr("tasks.worth._before", lambda *_: "ab" * 32)
    weekly(due(1))
    books, store = plain.books(), open_store(Settings().store_uri)
    (model,) = rm_rows(books, "small")
    assert json.loads(store.get(key_in(model) or ""))["since"] is None
    books.dispose()
