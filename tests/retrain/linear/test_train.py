import dataclasses
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rampart.delivery.local_store import LocalStore
from rampart.retrain.backend import Dataset, Job, run_id_of
from rampart.retrain.config import TrainConfig
from rampart.retrain.digests import sha256
from rampart.retrain.linear.config import LinearConfig
from rampart.retrain.linear.model import LinearRewardModel
from rampart.retrain.linear.train import LinearBackend, code_digest, train
from rampart.retrain.snapshot import PAIR, Snapshot, build_snapshot
from rampart.retrain.texts import texts_of
from tests.retrain.planted import batch, planted_rows

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def snapshot() -> Snapshot:
    return build_snapshot([batch(planted_rows(200, seed=5))])


def submitted(snapshot: Snapshot, store: LocalStore) -> tuple[Dataset, Job]:
    dataset = Dataset(snapshot.digest, "datasets/one.parquet")
    store.put_once(dataset.key, snapshot.to_parquet())
    return dataset, LinearBackend(store).submit(dataset, TrainConfig(), "models/one")


EVERY_CHOICE = LinearConfig(
    strength="margin", labels="agreement", ties="rao_kupper", flipped_share=0.1, length="neutral"
)


def with_ties(n: int) -> list[dict[str, Any]]:
    """Planted judgements, every fifth of them a tie, with a strength."""
    rows = planted_rows(n, seed=5)
    for number, row in enumerate(rows):
        row.update({"ranking": [1, 1], "strength": 0.0} if number % 5 == 0 else {"strength": number % 3 / 2})
    return rows


def model_digests() -> list[str]:
    """What another process prints; see the test below."""
    pairs = build_snapshot([batch(with_ties(200))]).pairs
    models = (train(pairs, config)[0] for config in (LinearConfig(), EVERY_CHOICE))
    return [sha256(b"".join(model.to_files())) for model in models]


def test_two_trainings_give_identical_bytes_whatever_the_process_and_its_threads() -> None:
    code = "from tests.retrain.linear.test_train import model_digests; print(*model_digests())"
    environment = {"PYTHONHASHSEED": "7", "OPENBLAS_NUM_THREADS": "2", "OMP_NUM_THREADS": "2"}
    other = subprocess.run(
        [sys.executable, "-c", code], env=environment, cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert other.stdout.split() == model_digests() == model_digests()


@pytest.mark.parametrize(
    "choice",
    [
        {"strength": "ignore"},
        {"strength": "margin"},
        {"strength": "margin", "margin": 2.0},
        {"ties": "rao_kupper"},
        {"ties": "rao_kupper", "tie_theta": 4.0},
        {"flipped_share": 0.1},
        {"length": "neutral"},
    ],
    ids=str,
)
def test_every_choice_makes_another_model(choice: dict[str, Any]) -> None:
    pairs = build_snapshot([batch(with_ties(60))]).pairs
    usual, other = (train(pairs, LinearConfig(**chosen))[0] for chosen in ({}, choice))
    texts = texts_of(pairs)
    scores = usual.score(texts.prompts, texts.responses)
    assert not np.array_equal(scores, other.score(texts.prompts, texts.responses))


def test_a_majority_that_disagreed_is_believed_less_where_agreement_counts() -> None:
    rows = planted_rows(40, seed=5)
    ranked = [
        row
        | {"record_id": f"{row['record_id']}-{judge}", "ranking": row["ranking"][:: -1 if judge == 2 else 1]}
        for row in rows
        for judge in range(3)
    ]
    pairs = build_snapshot([batch(ranked, majority=True)]).pairs
    delivered, agreed = (
        train(pairs, LinearConfig(labels=labels))[0] for labels in ("delivered", "agreement")
    )
    weights, drawn_in = (np.abs(model.word_weights).mean() for model in (delivered, agreed))
    assert drawn_in < 0.5 * weights


def test_ties_of_their_own_leave_their_threshold_with_the_model() -> None:
    pairs = build_snapshot([batch(with_ties(200))]).pairs
    model, found = train(pairs, LinearConfig(ties="rao_kupper"))
    again = LinearRewardModel.from_files(*model.to_files())
    assert again.tie_theta == model.tie_theta == found.tie_theta > 1.2
    assert train(pairs, LinearConfig())[0].tie_theta == 1.0


def test_submitting_again_finds_the_results_and_trains_nothing(
    snapshot: Snapshot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = LocalStore(tmp_path)
    dataset, job = submitted(snapshot, store)
    monkeypatch.setattr("rampart.retrain.linear.train.train", None)  # calling it would raise
    backend = LinearBackend(store)
    assert backend.submit(dataset, TrainConfig(), "models/one") == job
    assert backend.poll(job) == "done"


def test_a_run_cut_off_before_its_result_is_finished_by_the_next(snapshot: Snapshot, tmp_path: Path) -> None:
    store = LocalStore(tmp_path)
    dataset, job = submitted(snapshot, store)
    before = store.get("models/one/result.json")
    (tmp_path / "models/one/result.json").unlink()
    assert LinearBackend(store).poll(job) == "failed"
    LinearBackend(store).submit(dataset, TrainConfig(), "models/one")
    assert store.get("models/one/result.json") == before


def test_the_result_names_data_configuration_code_and_files(snapshot: Snapshot, tmp_path: Path) -> None:
    store = LocalStore(tmp_path)
    _, job = submitted(snapshot, store)
    result = LinearBackend(store).collect(job)
    assert result.run_id == run_id_of(snapshot.digest, TrainConfig().digest, code_digest()) == job.run_id
    assert (result.data_digest, result.config_digest) == (snapshot.digest, TrainConfig().digest)
    assert all(store.exists(key) for key in result.artefacts)
    assert result.n_train == snapshot.manifest.train_pairs


def test_held_out_pairs_are_not_trained_on(snapshot: Snapshot, tmp_path: Path) -> None:
    store = LocalStore(tmp_path)
    _, job = submitted(snapshot, store)
    kept = snapshot.pairs.filter([split == "train" for split in snapshot.pairs["split"].to_pylist()])
    model, _ = train(kept, LinearConfig())
    assert LinearBackend(store).scorer(job.out).to_files() == model.to_files()


def test_a_prefix_that_holds_another_run_is_refused(snapshot: Snapshot, tmp_path: Path) -> None:
    store = LocalStore(tmp_path)
    dataset, job = submitted(snapshot, store)
    with pytest.raises(ValueError, match=f"holds run {job.run_id}.*a prefix of its own"):
        LinearBackend(store).submit(
            dataclasses.replace(dataset, digest="f" * 64), TrainConfig(), "models/one"
        )


def test_collecting_what_was_never_trained_says_to_submit(tmp_path: Path) -> None:
    job = Job("linear", "r1", "models/r1")
    with pytest.raises(ValueError, match=r"run r1 left no models/r1/result.json; submit it again"):
        LinearBackend(LocalStore(tmp_path)).collect(job)


def test_training_on_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="no pair to train on"):
        train(PAIR.empty_table(), LinearConfig())
