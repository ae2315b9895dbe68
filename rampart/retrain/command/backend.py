"""The `command` backend: a program of your own trains, here or wherever it hands the work to."""

from dataclasses import asdict, dataclass
from pathlib import Path

from rampart.delivery.store import ObjectStore
from rampart.retrain.backend import Dataset, Job, JobState, Scorer, TrainingResult
from rampart.retrain.command.attempts import Attempt, Launch
from rampart.retrain.command.config import CommandConfig
from rampart.retrain.command.runs import Asked, Runs
from rampart.retrain.command.scorer import CommandScorer
from rampart.retrain.command.template import filled
from rampart.retrain.config import TrainConfig
from rampart.retrain.digests import canonical_json, sha256
from rampart.retrain.trl.place import TrlPlace
from rampart.retrain.trl.scorer import TrlScorer


@dataclass(frozen=True)
class CommandBackend:
    """Runs `config.argv`, this machine's command line.

    `score` is the command line that scores with such a model; without one, the model is read as a sequence
    classifier of Hugging Face's, by the interpreter of `trl`.
    """

    store: ObjectStore
    root: Path
    config: CommandConfig | None
    score: tuple[str, ...]
    trl: TrlPlace

    name = "command"

    def code_digest(self) -> str:
        """SHA-256 over the content of the files that `config.sources` names.

        Raises:
            ValueError: there is no command line, or one of the files is not there.
        """
        return sha256(canonical_json([_content(name) for name in self._config().sources]))

    def submit(self, dataset: Dataset, config: TrainConfig, out: str) -> Job:
        """Start the program; see `Runs.submit`."""
        chosen = self._config()

        def launch(attempt: Attempt, run_id: str) -> Launch:
            return Launch(filled(chosen.argv, _places(attempt, run_id)), {}, chosen.detaches)

        digests = (config.digest, self.code_digest())
        asked = Asked(self.name, dataset, *digests, asdict(chosen), chosen.labelling, launch)
        return self._runs().submit(asked, out)

    def poll(self, job: Job) -> JobState:
        """How the program stands."""
        return self._runs().poll(job)

    def collect(self, job: Job) -> TrainingResult:
        """The result of a program that is done; see `Runs.collect`."""
        return self._runs().collect(job)

    def scorer(self, out: str) -> Scorer:
        """The model under `out`, scored with as configured."""
        if self.score:
            return CommandScorer(self.store, out, self.score)
        return TrlScorer(self.store, out, self.trl)

    def _runs(self) -> Runs:
        return Runs(self.store, self.root)

    def _config(self) -> CommandConfig:
        if self.config is None:
            raise ValueError(
                "the backend 'command' needs a command line: set RAMPART_TRAINERS to a file with a [command] "
                "table that gives argv (docs/trainers.md)"
            )
        return self.config


def _content(name: str) -> str:
    try:
        return sha256(Path(name).read_bytes())
    except OSError as error:
        raise ValueError(
            f"sources names {name}, which cannot be read ({error}); mend it or leave it out"
        ) from error


def _places(attempt: Attempt, run_id: str) -> dict[str, str]:
    return {
        "manifest": str(attempt.manifest),
        "data": str(attempt.path.parent / "data.parquet"),
        "model": str(attempt.model),
        "result": str(attempt.result),
        "attempt": str(attempt.path),
        "run_id": run_id,
    }
