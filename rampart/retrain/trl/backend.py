"""The `trl` backend: TRL's RewardTrainer, in a process of its own environment."""

from dataclasses import asdict, dataclass
from pathlib import Path

from rampart.delivery.store import ObjectStore
from rampart.retrain.backend import Dataset, Job, JobState, TrainingResult
from rampart.retrain.command.attempts import Attempt, Launch
from rampart.retrain.command.runs import Asked, Runs
from rampart.retrain.config import TrainConfig
from rampart.retrain.digests import canonical_json, sha256
from rampart.retrain.trl.place import TrlPlace
from rampart.retrain.trl.scorer import TrlScorer

WORKER = "rampart.retrain.trl.worker"


@dataclass(frozen=True)
class TrlBackend:
    """Trains below `root`, where `place` says how."""

    store: ObjectStore
    root: Path
    place: TrlPlace

    name = "trl"

    def code_digest(self) -> str:
        """SHA-256 over the worker's source, the base model and the versions of what computes."""
        folder = Path(__file__).parent / "worker"
        sources = {path.name: sha256(path.read_bytes()) for path in sorted(folder.glob("*.py"))}
        return sha256(canonical_json([sources, self.place.base_digest(), self.place.versions()]))

    def submit(self, dataset: Dataset, config: TrainConfig, out: str) -> Job:
        """Start the training; see `Runs.submit`.

        Raises:
            ValueError: there is nothing to train on, no interpreter, no base model, or a batch that the
                processes cannot share.
        """
        chosen = config.trl
        place = self.place
        at_once, times = shares(chosen.batch, place)
        # Where the training runs does not change what is trained, so none of it is in the run's identity.
        choices = {
            **asdict(chosen),
            "base": str(place.base()),
            "micro_batch": at_once,
            "accumulate": times,
            "threads": place.threads,
        }

        def launch(attempt: Attempt, _run_id: str) -> Launch:
            return Launch(
                (*_python(place), "-m", f"{WORKER}.train", str(attempt.manifest)), place.environment()
            )

        digests = (config.digest, self.code_digest())
        asked = Asked(self.name, dataset, *digests, choices, chosen.labelling, launch)
        return Runs(self.store, self.root).submit(asked, out)

    def poll(self, job: Job) -> JobState:
        """How the training stands."""
        return Runs(self.store, self.root).poll(job)

    def collect(self, job: Job) -> TrainingResult:
        """The result of a training that is done; see `Runs.collect`."""
        return Runs(self.store, self.root).collect(job)

    def scorer(self, out: str) -> TrlScorer:
        """The model under `out`."""
        return TrlScorer(self.store, out, self.place)


def shares(batch: int, place: TrlPlace) -> tuple[int, int]:
    """How `batch` judgements make one step: how many each process takes at once, and how many times.

    Raises:
        ValueError: they cannot be shared evenly.
    """
    at_once = min(place.micro_batch, max(1, batch // place.processes))
    if batch % (place.processes * at_once):
        raise ValueError(
            f"a batch of {batch} judgements cannot be shared by {place.processes} processes that take "
            f"{at_once} at once; choose a multiple of {place.processes * at_once}"
        )
    return at_once, batch // (place.processes * at_once)


def _python(place: TrlPlace) -> tuple[str, ...]:
    python = place.interpreter()
    if place.processes == 1:
        return (python,)
    # A free port each time, so that two trainings on one machine do not meet.
    return (python, "-m", "torch.distributed.run", "--standalone", f"--nproc-per-node={place.processes}")
