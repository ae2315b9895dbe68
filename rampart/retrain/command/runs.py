"""Runs of programs outside this process: started once, found again after a restart, published once.

The work lies in a folder of this machine (or one that several share), so an orchestrator that died half-way
finds the program still running, or its result waiting, when it asks again.
"""

import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rampart.delivery.store import ObjectStore
from rampart.retrain.backend import Dataset, Job, JobState, TrainingResult, result_key, run_id_of
from rampart.retrain.command.attempts import Attempt, Launch, RunFolder
from rampart.retrain.command.manifest import Told, laid_out, told
from rampart.retrain.command.publishing import publish_files, publish_result, stored_result
from rampart.retrain.command.result import reported
from rampart.retrain.digests import canonical_json
from rampart.retrain.labelling import Labelling

_TRIES, _PAUSE_S = 100, 0.05  # another caller holds the lock for milliseconds, while it looks


@dataclass(frozen=True)
class Asked:
    """A run as a backend asks for it: what makes its identity, and what its program is told and called."""

    backend: str
    dataset: Dataset
    config_digest: str
    code_digest: str
    choices: Mapping[str, Any]
    labelling: Labelling
    launch: Callable[[Attempt, str], Launch]  # given the attempt and the run's id

    @property
    def run_id(self) -> str:
        """The run's identity."""
        return run_id_of(self.dataset.digest, self.config_digest, self.code_digest)


@dataclass(frozen=True)
class Runs:
    """All runs whose work lies under `root`, and the store their results go to."""

    store: ObjectStore
    root: Path

    def submit(self, asked: Asked, out: str) -> Job:
        """Start the run, unless it runs or is done; one that failed is started anew.

        Raises:
            ValueError: there is nothing to train on, or another run's result stands under `out`.
            TimeoutError: somebody holds the run's lock and starts nothing.
        """
        job = Job(asked.backend, asked.run_id, out)
        if self.store.exists(result_key(out)):
            self._stored(job)
            return job
        folder = self._folder(job)
        if folder.standing() in ("running", "done"):
            return job
        folder.path.mkdir(parents=True, exist_ok=True)
        content = self.store.get(asked.dataset.key)
        pairs = laid_out(asked.dataset, content, asked.labelling, folder.data)
        for _ in range(_TRIES):
            if folder.standing() in ("running", "done") or self._started(asked, folder, pairs):
                return job
            time.sleep(_PAUSE_S)
        raise TimeoutError(f"{folder.path / 'lock'} is held, but nothing runs; end whoever holds it")

    def poll(self, job: Job) -> JobState:
        """How the run stands; one that was never submitted has failed."""
        if self.store.exists(result_key(job.out)):
            return "done"
        standing = self._folder(job).standing()
        return "failed" if standing == "none" else standing

    def collect(self, job: Job) -> TrainingResult:
        """The result of a run that is done, published if it was not yet.

        Raises:
            ValueError: the run is not done; of one that failed it repeats the end of the log. Or what its
                program left cannot be used.
        """
        if self.store.exists(result_key(job.out)):
            return self._stored(job)
        folder = self._folder(job)
        standing, attempt = folder.standing(), folder.last()
        if attempt is None:
            raise ValueError(f"run {job.run_id} was never started on this machine; submit it")
        if standing != "done":
            raise ValueError(_why_not_done(job, standing, attempt))
        try:
            result = self._published(job, attempt)
        except FileNotFoundError:  # somebody else collected it meanwhile, and tidied up
            return self._stored(job)
        shutil.rmtree(attempt.model, ignore_errors=True)
        folder.data.unlink(missing_ok=True)
        return result

    def _published(self, job: Job, attempt: Attempt) -> TrainingResult:
        said = reported(attempt.result, job.run_id)
        manifest = told(attempt.manifest)
        result = TrainingResult(
            backend=job.backend,
            run_id=job.run_id,
            data_digest=manifest.data_digest,
            config_digest=manifest.config_digest,
            code_digest=manifest.code_digest,
            artefacts=publish_files(attempt.model, job.out, self.store),
            n_train=said.n_train,
            final_loss=said.final_loss,
            iterations=said.iterations,
            converged=said.converged,
            dropped_overlong=said.dropped_overlong,
        )
        return publish_result(result, job.out, self.store)

    def _started(self, asked: Asked, folder: RunFolder, pairs: int) -> bool:
        attempt = folder.next()
        manifest = Told(
            run_id=asked.run_id,
            data=str(folder.data),
            data_digest=asked.dataset.digest,
            config_digest=asked.config_digest,
            code_digest=asked.code_digest,
            pairs=pairs,
            model=str(attempt.model),
            result=str(attempt.result),
            choices=asked.choices,
        )
        return folder.start(attempt, asked.launch(attempt, asked.run_id), canonical_json(manifest))

    def _stored(self, job: Job) -> TrainingResult:
        result = stored_result(job.out, self.store)
        if result.run_id != job.run_id:
            raise ValueError(
                f"{result_key(job.out)} holds run {result.run_id}, expected {job.run_id}; "
                "give every run a prefix of its own"
            )
        return result

    def _folder(self, job: Job) -> RunFolder:
        return RunFolder(self.root / job.run_id)


def _why_not_done(job: Job, standing: str, attempt: Attempt) -> str:
    run = f"run {job.run_id} of backend {job.backend!r}"
    if standing == "running":
        return f"{run} is running, expected done; wait for it. It says what it does in {attempt.log}"
    code, said = attempt.exit_code, attempt.said_error()
    ended = f"failed: {said}" if said else "was killed" if code is None else f"ended with exit status {code}"
    missing = "" if said or code != 0 else f" and left no {attempt.result.name} with a model"
    return (
        f"{run} {ended}{missing}. Mend it and run again: it starts anew. "
        f"The end of {attempt.log}:\n{attempt.last_lines() or '(it said nothing)'}"
    )
