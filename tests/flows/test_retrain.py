"""Retraining: each accepted revision is answered once, in the order of the weeks."""

import hashlib
import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

import tasks.retrain
from flows.process_delivery import process_delivery
from flows.reconcile import reconcile
from flows.retrain import retrain
from flows.weekly import weekly
from rampart.ledger.batch_rows import current_batch
from rampart.ledger.errors import ChampionMovedError
from rampart.ledger.looks import LOOKED
from rampart.ledger.models import record_training
from rampart.ledger.outbox import TRAINING, pending
from rampart.ledger.read.standing_models import standings
from rampart.ledger.verify import verify_books
from rampart.retrain.config import TrainConfig
from rampart.retrain.linear.config import LinearConfig
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


def manifest_of_the_newest(season: Season) -> dict[str, Any]:
    digest = season.export()["models"][-1]["data_digest"]
    told: dict[str, Any] = json.loads((season.home / "store" / "datasets" / f"{digest}.json").read_bytes())
    return told


def test_a_set_that_another_contract_names_later_is_kept_out_of_work_accepted_before(
    season: Season, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = "Question 7 of week 1 for north?"  # work of north, accepted before any contract named a set
    (tmp_path / "sets").mkdir()
    (tmp_path / "sets" / "quiz.txt").write_text(f"{held}\n")
    monkeypatch.setenv("RAMPART_EVALUATION_SETS", str(tmp_path / "sets"))
    season.agree()
    season.deliver(1)
    process_delivery("dc-north", 1, due(1))
    retrain(due(1))
    assert manifest_of_the_newest(season)["evaluation_sets"] == []
    # What is paid for is another question: this contract would pay for work with such text in it.
    named = "evaluation_sets: [{name: quiz, path: quiz.txt}], evaluation_overlap: allow"
    season.agree("south", due(1), min_duration_s=f"4, {named}")
    season.deliver(2, vendor="south")
    process_delivery("dc-south", 2, due(2))
    retrain(due(2))
    told = manifest_of_the_newest(season)
    digest = hashlib.sha256(f"{held}\n".encode()).hexdigest()
    assert told["evaluation_sets"] == [{"name": "quiz", "digest": digest}]
    assert [(one["contract_id"], one["in_evaluation_sets"]) for one in told["batches"]] == [
        ("dc-north", [{"evaluation_set": "quiz", "pairs": 1}]),
        ("dc-south", []),
    ]


def test_the_scope_of_the_contract_whose_batch_asks_is_what_is_trained_on(season: Season) -> None:
    season.agree(amendment="      training: {scope: {window_weeks: 1, half_life_weeks: 4}}\n")
    for week in (1, 2):
        season.deliver(week)
        process_delivery("dc-north", week, due(week))
    retrain(due(2))
    told = manifest_of_the_newest(season)
    first, second = told["batches"]
    assert (told["scope"]["window_weeks"], told["scope"]["half_life_weeks"]) == (1, 4)
    assert (first["age_weeks"], first["train_pairs"], second["age_weeks"]) == (1, 0, 0)
    assert first["dropped_out_of_window"] > 0 < second["train_pairs"]
    assert (first["vendor"], first["contract_version"]) == ("north", "1.0.0")


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


def test_a_contract_that_trains_by_hand_waits_until_a_person_asks(plain: Season) -> None:
    plain.agree(amendment="      training: {retrain: by_hand}\n")
    plain.deliver(1)
    weekly(due(1))
    assert reconcile(due(1)).trained == ()
    assert len(pending(plain.books(), "batch.accepted")) == 1
    assert len(retrain(due(1), by_hand=True)) == 1
    assert answered(plain) == [("dc-north", 1, 1)]


def test_a_week_taken_back_leaves_the_data_and_raises_one_training_without_it(plain: Season) -> None:
    plain.agree(on_breach="hold")
    first = plain.deliver(1)
    process_delivery("dc-north", 1, due(1))
    plain.deliver(2)
    process_delivery("dc-north", 2, due(2))
    retrain(due(2))
    plain.deliver(1, week_rows("north", 1, hasty=30), replaces=first)
    assert process_delivery("dc-north", 1, due(3)).state == "held"
    books = plain.books()
    assert [row.topic for row in pending(books, *TRAINING)] == ["batch.withdrawn"]
    assert len(retrain(due(3))) == 1
    assert retrain(due(3)) == ()
    last = standings(books, "small")[-1]
    assert (last.asked_by, last.row.trigger) == ("batch.withdrawn", ("dc-north", 1, 1))
    assert [(key.week, key.revision) for key in last.batches] == [(2, 1)]
    assert verify_books(books) == ()
    books.dispose()


def test_a_training_begun_anew_on_the_same_data_is_the_same_look(
    plain: Season, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain.agree()
    plain.deliver(1)
    process_delivery("dc-north", 1, due(1))

    def dies(*_: object) -> None:
        raise RuntimeError("killed before it was booked")

    with monkeypatch.context() as broken:
        broken.setattr(tasks.retrain, "record_training", dies)
        with pytest.raises(RuntimeError, match="before it was booked"):
            retrain(due(1))
    retrain(due(1))
    assert looks(plain) == [1]


def test_a_training_begun_anew_with_another_configuration_is_another_look(
    plain: Season, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Looking at the figures, breaking off and trying something else does not start from one again."""
    test_a_training_begun_anew_on_the_same_data_is_the_same_look(plain, monkeypatch)
    first = plain.deliver(2)
    process_delivery("dc-north", 2, due(2))
    with monkeypatch.context() as broken:
        broken.setattr(tasks.retrain, "record_training", lambda *_: (_ for _ in ()).throw(RuntimeError()))
        with pytest.raises(RuntimeError):
            retrain(due(2))
    changed = replace(TrainConfig(), linear=LinearConfig(l2=9.0))
    monkeypatch.setattr(tasks.retrain, "TrainConfig", lambda **_: changed)
    retrain(due(2))
    assert looks(plain) == [1, 1, 2]
    decision = plain.export()["models"][-1]["artefacts"]
    assert first
    assert decision


def looks(season: Season) -> list[int]:
    """The numbers of the looks, in their order."""
    said = season.export()["events"]
    return [json.loads(event["payload"])["look"] for event in said if event["kind"] == LOOKED]
