"""A two-layer model trained by TRL in its own environment, as the books would see it."""

import json
import os
import signal
import time
from pathlib import Path

import numpy as np
import pytest

from rampart.delivery.local_store import LocalStore
from rampart.retrain.config import TrainConfig
from rampart.retrain.registry import backend_named
from rampart.retrain.run import RetrainOutcome, retrain
from rampart.retrain.trl.backend import TrlBackend
from rampart.retrain.trl.config import TrlConfig
from rampart.retrain.trl.place import TrlPlace
from tests.retrain.planted import batch
from tests.retrain.trl.tiny import PYTHON, judgements, tiny_model, with_trl

pytestmark = pytest.mark.slow

CHOICES = TrlConfig(epochs=2.0, learning_rate=3e-3, batch=16, max_length=128)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    with_trl()
    return tiny_model(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="module")
def home(base: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose trainers file names the base model."""
    folder = tmp_path_factory.mktemp("home")
    (folder / "trainers.toml").write_text(
        f'[trl]\nepochs = 2\nlearning_rate = 3e-3\nbatch = 16\nmax_length = 128\n'
        f'[trl.machine]\nmodel = "{base}"\nmicro_batch = 16\n'
    )
    return folder


@pytest.fixture(autouse=True)
def _settings(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAMPART_HOME", str(home))
    monkeypatch.setenv("RAMPART_TRAINERS", str(home / "trainers.toml"))
    monkeypatch.setenv("RAMPART_TRL_PYTHON", str(PYTHON))


def weeks(n: int = 700) -> list:
    return [batch(judgements(n, seed=1))]


def test_it_trains_saves_reloads_and_scores_offline_better_than_chance(home: Path) -> None:
    store = LocalStore(home / "store")
    start = time.monotonic()
    outcome = retrain(weeks(), None, TrainConfig("trl", trl=CHOICES), store)
    print("seconds", time.monotonic() - start)
    assert isinstance(outcome, RetrainOutcome)
    print(outcome.evaluation.accuracy, outcome.evaluation.log_loss, outcome.decision.reason)
    assert outcome.evaluation.accuracy.low is not None and outcome.evaluation.accuracy.low > 0.6
    names = {Path(key).name for key in outcome.artefacts}
    assert {"model.safetensors", "config.json", "tokenizer.json", "rampart.json"} <= names
    assert not {name for name in names if name.endswith((".bin", ".pt", ".pth", ".pkl"))}
