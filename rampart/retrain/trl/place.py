"""Where TRL runs on this machine: which interpreter, which base model, how many processes."""

import hashlib
import json
import subprocess
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import rampart
from rampart.delivery.errors import printable
from rampart.retrain.digests import canonical_json, sha256

ROOT = Path(rampart.__file__).parents[1]  # what the interpreter must find our worker below
LIBRARIES = ("trl", "transformers", "accelerate", "torch", "tokenizers", "safetensors")
_ASK = (
    "import importlib.metadata as m, json, platform, sys; "
    "print(json.dumps({'python': platform.python_version(), **{n: m.version(n) for n in sys.argv[1:]}}))"
)


@dataclass(frozen=True)
class TrlPlace:
    """This machine's side of a training: none of it is part of a contract, or of a run's identity."""

    python: Path
    model: Path | None = None  # the base model, a folder as `save_pretrained` writes
    processes: int = 1  # started by torchrun when there are more
    micro_batch: int = 4  # judgements at once in one process: as many as fit into memory
    threads: int = 1  # of each process

    def __post_init__(self) -> None:
        if min(self.processes, self.micro_batch, self.threads) < 1:
            got = f"processes={self.processes}, micro_batch={self.micro_batch}, threads={self.threads}"
            raise ValueError(f"trl got {got}; each must be at least 1")

    def environment(self) -> dict[str, str]:
        """What the worker's environment has besides ours.

        Nothing is fetched from the Hub. Threads that wait sleep: spinning ones of one process take the cores
        from the others, and a training on two cores then takes several times as long.
        """
        return {
            "HF_HUB_OFFLINE": "1",
            "TRANSFORMERS_OFFLINE": "1",
            "HF_HUB_DISABLE_TELEMETRY": "1",
            "OMP_WAIT_POLICY": "PASSIVE",
            "OMP_NUM_THREADS": str(self.threads),
            "TOKENIZERS_PARALLELISM": "false",
            "PYTHONUNBUFFERED": "1",
            "PYTHONPATH": str(ROOT),
        }

    def interpreter(self) -> str:
        """The interpreter's path; `ValueError` with the fix where it is not there."""
        if not self.python.is_file():
            raise ValueError(
                f"there is no Python with TRL at {self.python}; make one with `make trl`, or set "
                "RAMPART_TRL_PYTHON to an interpreter that has requirements/trl.txt and torch installed"
            )
        return str(self.python.absolute())  # not resolved: a link in a virtual environment says which it is

    def versions(self) -> dict[str, str]:
        """The versions of what trains, as the interpreter tells them."""
        return dict(_versions(self.interpreter()))

    def base(self) -> Path:
        """The base model's folder; `ValueError` with the fix where there is none."""
        if self.model is None or not (self.model / "config.json").is_file():
            found = "none was given" if self.model is None else f"there is none at {self.model}"
            raise ValueError(
                f"the backend 'trl' needs a base model on this machine, and {found}; name a folder with "
                "config.json, weights and tokenizer as model under [trl.machine] in the file of "
                "RAMPART_TRAINERS (docs/trainers.md)"
            )
        return self.model.absolute()

    def base_digest(self) -> str:
        """SHA-256 over the base model's files: two folders with the same content are the same model."""
        files = sorted(path for path in self.base().iterdir() if path.is_file())
        return sha256(canonical_json([[path.name, _digest(path, *_stamp(path))] for path in files]))


@lru_cache(maxsize=8)
def _versions(python: str) -> tuple[tuple[str, str], ...]:
    asked = subprocess.run(  # noqa: S603 (the interpreter of the settings)
        [python, "-I", "-c", _ASK, *LIBRARIES], capture_output=True, text=True, check=False
    )
    if asked.returncode:
        said = printable(asked.stderr.strip().splitlines()[-1] if asked.stderr.strip() else "nothing")
        raise ValueError(
            f"{python} cannot train with TRL: {said}. Make its environment again with `make trl`, or set "
            "RAMPART_TRL_PYTHON to another interpreter"
        )
    return tuple(json.loads(asked.stdout).items())


def _stamp(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_size, found.st_mtime_ns


@lru_cache(maxsize=256)
def _digest(path: Path, _size: int, _changed_ns: int) -> str:
    """Read once as long as size and time stay: weights are many gigabytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
