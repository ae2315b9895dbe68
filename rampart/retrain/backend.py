"""What a trainer is asked to do, whoever does it: submit, poll, collect, and score with the result.

A run is named by what it is made of, the digests of its data, its configuration and its code. Submitting the
same run again therefore finds the results of the first time and trains nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from rampart.retrain.config import TrainConfig
from rampart.retrain.digests import canonical_json, sha256

JobState = Literal["running", "done", "failed"]


@dataclass(frozen=True)
class Dataset:
    """A snapshot in the store: its digest, and the key of its Parquet file (`snapshot.PAIR`)."""

    digest: str
    key: str


@dataclass(frozen=True)
class Job:
    """A run that was handed to a backend. `out` is the key prefix its results appear under."""

    backend: str
    run_id: str
    out: str


@dataclass(frozen=True)
class TrainingResult:
    """What a finished run left behind."""

    backend: str
    run_id: str
    data_digest: str
    config_digest: str
    code_digest: str
    artefacts: tuple[str, ...]  # keys of the model's files
    n_train: int  # pairs trained on, ties included
    final_loss: float | None  # mean weighted loss in nats, penalty included; None: the trainer does not say
    iterations: int
    converged: bool  # False: stopped at the iteration limit
    dropped_overlong: int = 0  # pairs left out because a text was longer than the model reads


class Scorer(Protocol):
    """A trained pointwise reward model: P(first better) is the logistic of the difference of two scores."""

    def score(self, prompts: Sequence[str], responses: Sequence[str]) -> NDArray[np.float64]:
        """One score for each (prompt, response), higher is better; prompts as `snapshot.rendered` writes.

        Shape (n,). The difference of two scores of one prompt is a log-odds.
        """
        ...


class Backend(Protocol):
    """A way to train a reward model."""

    @property
    def name(self) -> str:
        """The name in `TrainConfig.backend`."""
        ...

    def code_digest(self) -> str:
        """SHA-256 of everything, besides data and configuration, that decides the result."""
        ...

    def submit(self, dataset: Dataset, config: TrainConfig, out: str) -> Job:
        """Start the run, or find it started or finished: the same arguments never train twice."""
        ...

    def poll(self, job: Job) -> JobState:
        """How the run stands."""
        ...

    def collect(self, job: Job) -> TrainingResult:
        """The result of a run that is done; `ValueError` if it is not, saying how it failed where it did."""
        ...

    def scorer(self, out: str) -> Scorer:
        """The model that a finished run left under `out`, ready to score."""
        ...


def run_id_of(data_digest: str, config_digest: str, code_digest: str) -> str:
    """The identity of a run: SHA-256 over the digests of its data, configuration and code."""
    return sha256(canonical_json([data_digest, config_digest, code_digest]))


def out_of(run_id: str) -> str:
    """The key prefix of a run's results."""
    return f"models/{run_id}"


def result_key(out: str) -> str:
    """Where a run's `TrainingResult` lies; it is written last, so it is there only when all else is."""
    return f"{out}/result.json"
