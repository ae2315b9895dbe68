import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from rampart.delivery.local_store import LocalStore
from rampart.retrain.config import TrainConfig
from rampart.retrain.run import NothingToTrain, RetrainOutcome, retrain
from rampart.retrain.snapshot import BatchData
from tests.retrain.planted import batch, pandalm_batch, planted_rows, record

CONFIG = TrainConfig()


def trained(batches: list[BatchData], champion: str | None, folder: Path) -> RetrainOutcome:
    outcome = retrain(batches, champion, CONFIG, LocalStore(folder))
    assert isinstance(outcome, RetrainOutcome)
    return outcome


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> tuple[RetrainOutcome, Path]:
    """One week of 1,000 honest judgements, and the store it was trained in."""
    folder = tmp_path_factory.mktemp("store")
    return trained([batch(planted_rows(1_000, seed=1))], None, folder), folder


@pytest.fixture
def store_folder(first: tuple[RetrainOutcome, Path], tmp_path: Path) -> Path:
    """A copy of that store for a test of its own."""
    return Path(shutil.copytree(first[1], tmp_path / "store"))


def test_planted_preferences_are_learnt_and_the_first_model_promoted(
    first: tuple[RetrainOutcome, Path],
) -> None:
    outcome, _ = first
    assert outcome.evaluation.accuracy.value > 0.7
    assert outcome.decision.promoted
    assert outcome.n_train + outcome.n_holdout == 1_000


def test_a_poisoned_week_lowers_the_accuracy_on_the_honest_one(
    first: tuple[RetrainOutcome, Path], store_folder: Path
) -> None:
    honest, poisoned = planted_rows(1_000, seed=1), planted_rows(1_500, seed=2, flipped_share=0.9)
    outcome = trained([batch(honest), batch(poisoned, week=2)], first[0].run_id, store_folder)
    batches = {one.value: one.accuracy for one in outcome.evaluation.slices if one.name == "batch"}
    assert (week_1 := batches["acme/1"]) is not None
    assert week_1.value < first[0].evaluation.accuracy.value - 0.2


def test_more_honest_work_is_promoted_over_the_champion(
    first: tuple[RetrainOutcome, Path], store_folder: Path
) -> None:
    both = [batch(planted_rows(1_000, seed=1)), batch(planted_rows(1_500, seed=3), week=2)]
    outcome = trained(both, first[0].run_id, store_folder)
    assert outcome.decision.promoted
    assert outcome.decision.difference is not None and outcome.decision.difference > 0


def test_the_same_inputs_give_the_same_bytes_and_numbers(
    first: tuple[RetrainOutcome, Path], tmp_path: Path
) -> None:
    again = trained([batch(planted_rows(1_000, seed=1))], None, tmp_path)
    assert again == first[0]
    for key in again.artefacts:
        assert (tmp_path / key).read_bytes() == (first[1] / key).read_bytes()


def test_running_again_in_the_same_store_changes_nothing(
    first: tuple[RetrainOutcome, Path], store_folder: Path
) -> None:
    before = sorted(path for path in store_folder.rglob("*") if path.is_file())
    assert trained([batch(planted_rows(1_000, seed=1))], None, store_folder) == first[0]
    assert sorted(path for path in store_folder.rglob("*") if path.is_file()) == before


def test_every_artefact_stands_in_the_store_and_the_manifest_names_the_contract(
    first: tuple[RetrainOutcome, Path],
) -> None:
    outcome, folder = first
    assert all((folder / key).is_file() for key in outcome.artefacts)
    manifest = json.loads((folder / f"datasets/{outcome.data_digest}.json").read_text())
    assert manifest["batches"][0]["contract_digest"] == "c" * 64
    assert json.loads((folder / outcome.artefacts[-1]).read_text())["reason"] == outcome.decision.reason


def test_a_training_set_never_lies_there_without_the_manifest_that_says_whose_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put = LocalStore.put_once

    def killed_after(self: LocalStore, key: str, data: bytes) -> None:
        put(self, key, data)
        raise KeyboardInterrupt

    monkeypatch.setattr(LocalStore, "put_once", killed_after)
    with pytest.raises(KeyboardInterrupt):
        trained([batch(planted_rows(1_000, seed=1))], None, tmp_path)
    assert [path.suffix for path in (tmp_path / "datasets").iterdir()] == [".json"]


def test_a_run_is_not_promoted_over_itself(first: tuple[RetrainOutcome, Path], store_folder: Path) -> None:
    again = trained([batch(planted_rows(1_000, seed=1))], first[0].run_id, store_folder)
    assert not again.decision.promoted
    assert again.decision.reason == "Not promoted: this run is the champion already."


def test_ties_alone_are_nothing_to_train_on(tmp_path: Path) -> None:
    ties = [record(str(i), f"p{i}", ["a", "b"], [1, 1]) for i in range(50)]
    outcome = retrain([batch(ties)], None, CONFIG, LocalStore(tmp_path))
    assert isinstance(outcome, NothingToTrain)
    assert outcome.reason.startswith("There is no training pair in which one response won: 1 batches hold 50")


def test_one_prompt_leaves_nothing_held_out(tmp_path: Path) -> None:
    # The key of this prompt puts it on the training side.
    rows = [record(str(i), "What is a rampart?", [f"a{i}", "b"], [1, 2]) for i in range(50)]
    outcome = retrain([batch(rows)], None, CONFIG, LocalStore(tmp_path))
    assert isinstance(outcome, NothingToTrain)
    assert outcome.reason.startswith("There is no held-out pair")


def test_no_batch_at_all_is_nothing_to_train_on(tmp_path: Path) -> None:
    assert isinstance(retrain([], None, CONFIG, LocalStore(tmp_path)), NothingToTrain)
    assert not list(tmp_path.iterdir())


def test_a_champion_missing_from_the_store_is_named(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"models/gone/result.json is not in the store; restore it"):
        retrain([batch(planted_rows(60, seed=1))], "gone", CONFIG, LocalStore(tmp_path))


def test_an_unknown_backend_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no training backend 'none'"):
        retrain(
            [batch(planted_rows(60, seed=1))], None, replace(CONFIG, backend="none"), LocalStore(tmp_path)
        )


def test_real_judgements_teach_more_than_a_coin_knows(tmp_path: Path) -> None:
    outcome = trained([pandalm_batch()], None, tmp_path)
    assert (outcome.n_train, outcome.n_holdout) == (2_421, 508)
    # Measured 0.63 (0.54 to 0.72): only 31 prompts are held out, so no more than this is claimed.
    assert outcome.evaluation.accuracy.value > 0.5
