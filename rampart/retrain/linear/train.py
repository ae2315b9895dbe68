"""The `linear` backend: train here and now, on the training side of a snapshot.

Two trainings of one run give the same bytes: one BLAS thread, no random numbers, rows in the snapshot's
order. `put_once` refuses other bytes under the same run, so a training that is not repeatable is found out.
"""

import json
import platform
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import scipy
import scipy.sparse as sp
import sklearn
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # publishes no types

from rampart.delivery.store import ObjectStore
from rampart.retrain.backend import Dataset, Job, JobState, TrainingResult, result_key, run_id_of
from rampart.retrain.config import TrainConfig
from rampart.retrain.digests import canonical_json, sha256
from rampart.retrain.linear.config import LinearConfig
from rampart.retrain.linear.features import extract
from rampart.retrain.linear.labels import labelled
from rampart.retrain.linear.length import length_slope
from rampart.retrain.linear.model import MODEL_FILES, LinearRewardModel, Scaling, learn_scaling, log_lengths
from rampart.retrain.linear.objective import Fit, fit
from rampart.retrain.linear.style import STYLE_NAMES
from rampart.retrain.snapshot import pairs_from_parquet
from rampart.retrain.texts import Texts, texts_of

Floats = NDArray[np.float64]


def train(pairs: pa.Table, config: LinearConfig) -> tuple[LinearRewardModel, Fit]:
    """Fit the model on every row of `pairs` (`snapshot.PAIR`), whatever its split says.

    Raises:
        ValueError: when there is no pair.
    """
    if pairs.num_rows == 0:
        raise ValueError("there is no pair to train on; give a snapshot with pairs on the training side")
    texts = texts_of(pairs)
    compared = labelled(pairs, texts, config)
    scaling, columns, style, lengths = _design(texts, config)
    with threadpool_limits(limits=1, user_api="blas"):
        found = fit(
            columns,
            style,
            compared,
            l2=config.l2,
            max_iterations=config.max_iterations,
            tie_theta=config.tie_theta,
        )
        seen = len(scaling.words)
        scores = columns @ found.theta[:seen] + style @ found.theta[seen:]
    theta = found.theta.astype(np.float32)
    model = LinearRewardModel(
        scaling,
        STYLE_NAMES,
        theta[:seen],
        theta[seen:],
        found.tie_theta,
        length_slope(scores, lengths, texts.prompts),
        config.length == "neutral",
    )
    return model, found


def _design(texts: Texts, config: LinearConfig) -> tuple[Scaling, sp.csr_array, Floats, Floats]:
    """The scaling learnt from `texts`, what the fit sees, and lengths; raw counts are let go on return."""
    features = extract(texts.prompts, texts.responses)
    scaling = learn_scaling(features, config.style_scale)
    lengths = log_lengths(features)
    return scaling, scaling.seen_columns(features), scaling.style_columns(features), lengths


def code_digest() -> str:
    """SHA-256 over this package's source files and the versions of what computes for it."""
    sources = {path.name: sha256(path.read_bytes()) for path in sorted(Path(__file__).parent.glob("*.py"))}
    versions = {module.__name__: module.__version__ for module in (np, scipy, sklearn, pl)}
    versions["python"] = ".".join(platform.python_version_tuple()[:2])
    return sha256(canonical_json([sources, versions]))


class LinearBackend:
    """Trains in the calling process, during `submit`; results stand in `store`."""

    name = "linear"

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    def code_digest(self) -> str:
        """See the function of the same name."""
        return code_digest()

    def submit(self, dataset: Dataset, config: TrainConfig, out: str) -> Job:
        """Train, unless the results of this run already stand under `out`; returns when it is done.

        Raises:
            ValueError: when the dataset has no pair on its training side.
        """
        run_id = run_id_of(dataset.digest, config.digest, self.code_digest())
        job = Job(self.name, run_id, out)
        if self._store.exists(result_key(out)):
            self.collect(job)  # refuses another run's results under this prefix
            return job
        pairs = pairs_from_parquet(self._store.get(dataset.key))
        pairs = pairs.filter(pc.field("split") == "train")
        model, found = train(pairs, config.linear)
        keys = tuple(f"{out}/{name}" for name in MODEL_FILES)
        for key, data in zip(keys, model.to_files(), strict=True):
            self._store.put_once(key, data)
        result = TrainingResult(
            backend=self.name,
            run_id=run_id,
            data_digest=dataset.digest,
            config_digest=config.digest,
            code_digest=self.code_digest(),
            artefacts=keys,
            n_train=pairs.num_rows,
            final_loss=found.loss,
            iterations=found.iterations,
            converged=found.converged,
        )
        self._store.put_once(result_key(out), canonical_json(result))
        return job

    def poll(self, job: Job) -> JobState:
        """``done`` once the result stands; ``failed`` otherwise, for nothing runs after `submit`."""
        return "done" if self._store.exists(result_key(job.out)) else "failed"

    def collect(self, job: Job) -> TrainingResult:
        """The result under `job.out`; `ValueError` if there is none, or if it is another run's."""
        if self.poll(job) != "done":
            raise ValueError(f"run {job.run_id} left no {result_key(job.out)}; submit it again")
        found = json.loads(self._store.get(result_key(job.out)))
        result = TrainingResult(**{**found, "artefacts": tuple(found["artefacts"])})
        if result.run_id != job.run_id:
            raise ValueError(
                f"{result_key(job.out)} holds run {result.run_id}, expected {job.run_id}; "
                "give every run a prefix of its own"
            )
        return result

    def scorer(self, out: str) -> LinearRewardModel:
        """The model under `out`."""
        tensors, meaning = (self._store.get(f"{out}/{name}") for name in MODEL_FILES)
        return LinearRewardModel.from_files(tensors, meaning)
