"""A `command` backend whose program is the fake trainer, with a small dataset in its store."""

import sys
import time
from dataclasses import dataclass
from pathlib import Path

from rampart.delivery.local_store import LocalStore
from rampart.retrain.backend import Dataset, Job, JobState, out_of, run_id_of
from rampart.retrain.command.attempts import RunFolder
from rampart.retrain.command.backend import CommandBackend
from rampart.retrain.command.config import CommandConfig
from rampart.retrain.config import TrainConfig
from rampart.retrain.snapshot import build_snapshot
from rampart.retrain.trl.place import TrlPlace
from tests.retrain.planted import batch, planted_rows

FAKE = Path(__file__).with_name("fake_trainer.py")
SNAPSHOT = build_snapshot([batch(planted_rows(40, seed=5))])


@dataclass(frozen=True)
class Placed:
    """A backend as an orchestrator makes it anew at each start, over what stays: store and work folder."""

    folder: Path
    config: TrainConfig

    @property
    def store(self) -> LocalStore:
        return LocalStore(self.folder / "store")

    @property
    def backend(self) -> CommandBackend:
        return CommandBackend(
            self.store, self.folder / "work", self.config.command, (), TrlPlace(Path("nowhere"))
        )

    @property
    def out(self) -> str:
        return out_of(run_id_of(SNAPSHOT.digest, self.config.digest, self.backend.code_digest()))

    @property
    def run(self) -> RunFolder:
        return RunFolder(self.folder / "work" / self.out.rsplit("/", 1)[-1])

    def submit(self) -> Job:
        dataset = Dataset(SNAPSHOT.digest, "datasets/one.parquet")
        self.store.put_once(dataset.key, SNAPSHOT.to_parquet())
        return self.backend.submit(dataset, self.config, self.out)

    def ended(self, job: Job) -> JobState:
        """How the run stands once it no longer runs."""
        until = time.monotonic() + 60
        while (state := self.backend.poll(job)) == "running" and time.monotonic() < until:
            time.sleep(0.01)
        return state


def placed(folder: Path, *options: str, detaches: bool = False) -> Placed:
    """The fake trainer called with `options`."""
    argv = (sys.executable, str(FAKE), "{manifest}", *options)
    return Placed(folder, TrainConfig("command", command=CommandConfig(argv, detaches, (str(FAKE),))))
