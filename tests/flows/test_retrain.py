"""Retraining: each accepted revision is answered once, in the order of the weeks."""

from dataclasses import replace
from datetime import timedelta

import pytest

import tasks.retrain
from flows.process_delivery import process_delivery
from flows.retrain import retrain
from rampart.ledger.batch_rows import current_batch
from rampart.ledger.errors import ChampionMovedError
from rampart.ledger.models import record_training
from rampart.ledger.outbox import pending
from rampart.ledger.verify import verify_books
from simulator.season import Season, due, week_rows
from tests.ledger.books import promotion, training

pytestmark = pytest.mark.slow  # a second or more each


def answered(season: Season) -> list[tuple[str, int, int]]:
    """What each model was trained for, in the order of the versions."""
    return [(m["contract_id"], m["week"], m["revision"]) for m in season.export()["models"]]


def test_each_accepted_revision_is_answered_once(season: Season) -> None:
    season.agree()
    for week in (1, 2):
        season.deliver(week)
        process_delivery("dc-north", week, due(week))
    assert len(retrain(due(2))) == 2
    before = season.export(), season.stored()
    assert retrain(due(2) + timedelta(days=1)) == ()
    assert (season.export(), season.stored()) == before
    assert answered(season) == [("dc-north", 1, 1), ("dc-north", 2, 1)]
    books = season.books()
    assert verify_books(books) == ()
    books.dispose()


def test_weeks_that_were_caught_up_together_are_answered_in_their_order(season: Season) -> None:
    for vendor in ("north", "south"):
        season.agree(vendor)
    for vendor, week in (("north", 2), ("south", 1), ("north", 1)):
        season.deliver(week, vendor=vendor)
        process_delivery(f"dc-{vendor}", week, due(3))
    retrain(due(3))
    assert answered(season) == [("dc-north", 1, 1), ("dc-south", 1, 1), ("dc-north", 2, 1)]
    sizes = [model["n_train"] for model in season.export()["models"]]
    assert sizes == sorted(sizes), "a later model knows all that an earlier one did"


def test_a_revision_superseded_before_its_training_is_passed_over_in_a_sentence(season: Season) -> None:
    season.agree()
    first = season.deliver(1)
    process_delivery("dc-north", 1, due(1))
    season.deliver(1, week_rows("north", 1, hasty=0), replaces=first)
    process_delivery("dc-north", 1, due(1) + timedelta(days=1))
    reasons = retrain(due(2))
    assert reasons[0] == "dc-north week 1 revision 1 was superseded before it was trained on."
    assert answered(season) == [("dc-north", 1, 2)]
    assert retrain(due(2)) == ()


def test_another_programme_s_requests_wait(season: Season) -> None:
    season.agree()
    season.deliver(1)
    process_delivery("dc-north", 1, due(1))
    assert retrain(due(1), "another") == ()
    assert len(retrain(due(1), "small")) == 1


def test_a_held_or_rejected_batch_asks_for_no_training(season: Season) -> None:
    season.agree(on_breach="hold")
    season.deliver(1, week_rows("north", 1, hasty=30))
    assert process_delivery("dc-north", 1, due(1)).state == "held"
    assert retrain(due(1)) == ()


def test_a_champion_that_moved_since_the_comparison_is_noticed(
    season: Season, monkeypatch: pytest.MonkeyPatch
) -> None:
    season.agree()
    for week in (1, 2):
        season.deliver(week)
        process_delivery("dc-north", week, due(week))
    books = season.books()
    known = current_batch(books, "dc-north", 1)
    assert known is not None
    run = replace(training(known.key, "small"), contract_digests=(known.contract_digest,))
    record_training(books, pending(books, "batch.accepted")[0].id, run, promotion(), due(1))
    monkeypatch.setattr(tasks.retrain, "champion", lambda *_: None)  # as it was when the comparison began
    with pytest.raises(ChampionMovedError, match="compare again"):
        retrain(due(2))
    assert len(pending(books, "batch.accepted")) == 1
    books.dispose()
