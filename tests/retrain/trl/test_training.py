"""A two-layer model trained by TRL in its own environment, from the snapshot to the decision."""

import json
import os
import signal
import subprocess
import time
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load

from rampart.delivery.local_store import LocalStore
from rampart.retrain.backend import Dataset, Job, out_of, result_key, run_id_of
from rampart.retrain.command.attempts import RunFolder
from rampart.retrain.command.publishing import fetched, stored_result
from rampart.retrain.config import TrainConfig
from rampart.retrain.registry import backend_named
from rampart.retrain.run import RetrainOutcome, retrain
from rampart.retrain.snapshot import Snapshot, build_snapshot
from rampart.retrain.trl.backend import TrlBackend
from rampart.retrain.trl.config import TrlConfig
from rampart.retrain.trl.place import TrlPlace
from rampart.retrain.trl.worker.preferences import Judgement
from rampart.retrain.waiting import awaited
from tests.retrain.planted import batch
from tests.retrain.trl.tiny import HERE, PYTHON, judgements, snapshot, tiny_model, with_trl

pytestmark = pytest.mark.slow

CHOICES = TrlConfig(learning_rate=3e-3, batch=16, max_length=128)
CONFIG = TrainConfig("trl", trl=CHOICES)
WEEK = batch(judgements(400, seed=1))


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    with_trl()
    return tiny_model(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="module")
def settings(base: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A home whose trainers file names the base model."""
    home = tmp_path_factory.mktemp("home")
    file = home / "trainers.toml"
    file.write_text(f'[trl.machine]\nmodel = "{base}"\nmicro_batch = 16\n', encoding="utf-8")
    names = {"home": home, "trainers": file, "trl_python": PYTHON}
    return {f"RAMPART_{name.upper()}": str(path) for name, path in names.items()}


@pytest.fixture(autouse=True)
def _settings(settings: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in settings.items():
        monkeypatch.setenv(name, value)


@pytest.fixture(scope="module")
def trained(
    settings: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> tuple[RetrainOutcome, Path]:
    """A retraining whose trainer was killed half-way, run again; and its store."""
    folder = tmp_path_factory.mktemp("store")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in settings.items():
            patch.setenv(name, value)
        job = begun(folder)
        kill_once_it_reads(RunFolder(Path(settings["RAMPART_HOME"]) / "trainers" / job.run_id))
        outcome = retrain([WEEK], None, CONFIG, LocalStore(folder))
    assert isinstance(outcome, RetrainOutcome)
    assert outcome.run_id == job.run_id
    return outcome, folder


def begun(folder: Path) -> Job:
    """The retraining's run, handed over by an orchestrator that is then gone."""
    store = LocalStore(folder)
    backend, made = backend_named("trl", store), build_snapshot([WEEK])
    return submitted(backend, store, made, CONFIG)


def submitted(backend: object, store: LocalStore, made: Snapshot, config: TrainConfig) -> Job:
    assert isinstance(backend, TrlBackend)
    dataset = Dataset(made.digest, f"datasets/{made.digest}.parquet")
    store.put_once(dataset.key, made.to_parquet())
    return backend.submit(
        dataset, config, out_of(run_id_of(made.digest, config.digest, backend.code_digest()))
    )


def kill_once_it_reads(run: RunFolder) -> None:
    """End trainer and keeper when the pairs were read, before anything is saved."""
    attempt, until = run.last(), time.monotonic() + 120
    assert attempt is not None
    while "pairs left out" not in attempt.last_lines():
        assert run.alive() and time.monotonic() < until, attempt.last_lines()
        time.sleep(0.05)
    os.killpg(int((attempt.path / "pid").read_text()), signal.SIGKILL)
    while run.alive():
        time.sleep(0.05)


def in_trl(script: str, *arguments: str, given: str = "") -> list[dict[str, Any]]:
    """What a script beside this one prints last, run in TRL's environment."""
    ran = subprocess.run(
        [str(PYTHON), str(HERE / script), *arguments],
        input=given,
        env={**os.environ, **TrlPlace(PYTHON).environment()},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr[-3000:]
    said = json.loads(ran.stdout.splitlines()[-1])
    assert isinstance(said, list)
    return said


def test_killed_half_way_and_run_again_it_ends_in_one_model_that_learnt_the_preference(
    trained: tuple[RetrainOutcome, Path],
) -> None:
    outcome, folder = trained
    assert outcome.evaluation.accuracy.low is not None and outcome.evaluation.accuracy.low > 0.7
    store = LocalStore(folder)
    models = store.list("models/")
    assert {info.key.split("/")[1] for info in models} == {outcome.run_id}
    assert len([info for info in models if info.key.endswith("model.safetensors")]) == 1
    assert retrain([WEEK], None, CONFIG, store) == outcome


def test_only_safetensors_and_text_are_published(trained: tuple[RetrainOutcome, Path]) -> None:
    outcome, folder = trained
    names = {Path(key).name for key in stored_result(out_of(outcome.run_id), LocalStore(folder)).artefacts}
    assert names == {
        "config.json",
        "model.safetensors",
        "rampart.json",
        "tokenizer.json",
        "tokenizer_config.json",
    }


def test_the_published_model_and_the_linear_one_reward_two_real_grpo_steps_offline(
    trained: tuple[RetrainOutcome, Path], base: Path, tmp_path: Path
) -> None:
    outcome, folder = trained
    transformer = fetched(out_of(outcome.run_id), LocalStore(folder), tmp_path)
    linear = retrain([WEEK], None, TrainConfig(), LocalStore(folder))
    assert isinstance(linear, RetrainOutcome)
    said = in_trl("two_grpo_steps.py", str(base), str(transformer), str(folder / out_of(linear.run_id)))
    assert len(said) == 2
    for one in said:
        assert len(one["rewards"]) == 2 and np.isfinite(one["rewards"]).all()
        assert one["moved"] > 0


# Three ranked texts with all their pairs, a soft and lighter pair with a margin, a tie.
RANKED = Judgement([[5, 6, 7], [8, 9], [10, 11, 12]], [0, 0, 1], [1, 2, 2], [1.0] * 3, [1 / 3] * 3, [0.0] * 3)
SOFT = Judgement([[13, 14], [15, 16, 17, 18]], [0], [1], [0.8], [0.5], [0.7])
TIE = Judgement([[19], [20, 21]], [1], [0], [0.5], [1.0], [0.0])


def test_the_loss_is_the_one_computed_by_hand_and_of_hard_equal_pairs_trl_s_own(base: Path) -> None:
    plain = replace(RANKED, weight=[1.0] * 3, margin=[0.5, 0.0, 0.2])
    by_hand, like_trl = in_trl(
        "losses.py",
        str(base),
        given=json.dumps([asked(RANKED, SOFT, TIE), asked(plain, mean_weight=3.0, centre=0.0)]),
    )
    scores, loss, start = np.array(by_hand["scores"]), 0.0, 0
    for one in (RANKED, SOFT, TIE):
        s = scores[start : start + len(one.texts)]
        start += len(one.texts)
        d, t, m = s[one.first] - s[one.second], np.array(one.target), np.array(one.margin)
        nats = t * np.log(1 + np.exp(m - d)) + (1 - t) * np.log(1 + np.exp(m + d))
        loss += float(np.array(one.weight) @ nats)
    assert by_hand["ours"] == pytest.approx(loss / (3 * 0.8) + 0.01 * float((scores**2).mean()), rel=1e-5)
    assert like_trl["ours"] == pytest.approx(like_trl["trl"], rel=1e-6)


def asked(*judgements: Judgement, mean_weight: float = 0.8, centre: float = 0.01) -> dict[str, Any]:
    return {"judgements": [asdict(one) for one in judgements], "mean_weight": mean_weight, "centre": centre}


@pytest.mark.exhaustive  # half a minute, but many where every core is taken twice over
def test_two_processes_under_torchrun_train_the_model_that_one_does_and_count_what_is_too_long(
    base: Path, tmp_path: Path
) -> None:
    made = snapshot(60, long=3)
    config = TrainConfig("trl", trl=TrlConfig(learning_rate=1e-3, batch=8, max_length=128))
    weights, results = [], []
    for processes, micro_batch in ((1, 8), (2, 2)):
        store = LocalStore(tmp_path / str(processes) / "store")
        backend = TrlBackend(store, tmp_path / str(processes), TrlPlace(PYTHON, base, processes, micro_batch))
        job = submitted(backend, store, made, config)
        results.append(awaited(backend, job, 300))
        key = next(key for key in results[-1].artefacts if key.endswith(".safetensors"))
        weights.append(load(store.get(key)))
    assert weights[0].keys() == weights[1].keys()
    for name, learnt in weights[0].items():
        # Adam turns the rounding of a gradient near 0 into a step of up to the learning rate, here 1e-3.
        assert weights[1][name] == pytest.approx(learnt, abs=2e-3)
    train = made.pairs.filter(made.pairs["split"].to_numpy() == "train")
    long = sum("and so on" in text for text in train["first"].to_pylist())
    assert long > 0
    assert [(one.dropped_overlong, one.n_train) for one in results] == [(long, train.num_rows - long)] * 2


def test_a_model_that_cannot_be_read_is_told_with_what_its_process_said(base: Path, tmp_path: Path) -> None:
    store = LocalStore(tmp_path)
    backend = TrlBackend(store, tmp_path, TrlPlace(PYTHON, base))
    result = {
        "backend": "trl", "run_id": "r", "data_digest": "", "config_digest": "", "code_digest": "",
        "artefacts": ["models/r/files-0/config.json"], "n_train": 1, "final_loss": 0.0, "iterations": 1,
        "converged": True,
    }  # fmt: skip
    store.put_once("models/r/files-0/config.json", b"{}")
    store.put_once(result_key("models/r"), json.dumps(result).encode())
    with pytest.raises(ValueError, match=r"the model cannot be scored with; its process said:(?s:.*)Error"):
        backend.scorer("models/r").score(["What?"], ["That."])
