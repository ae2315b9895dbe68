"""A run's folder on this machine: its attempts, which of them is alive, and how the last one stands.

``<folder>/<run id>/`` holds ``lock``, ``data.parquet`` and ``attempt-1``, ``attempt-2`` and so on, each with
``manifest.json``, ``launch.json``, ``log``, ``pid``, ``exit`` and what the program leaves: ``model/`` and
``result.json``. A new attempt is made only when the last one is dead and left no result.
"""

import fcntl
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp
from typing import Literal

from rampart.delivery.errors import printable
from rampart.retrain.command import keeper
from rampart.retrain.digests import canonical_json

Standing = Literal["none", "running", "done", "failed"]

LOG_LINES = 20  # of a failed attempt's log that its error repeats: a Python traceback's useful end
LONGEST_LINE = 500  # characters of each
_LOG_BYTES = 16_384  # read for them


@dataclass(frozen=True)
class Launch:
    """A program to run: its command line, what its environment has besides ours, `detaches` as configured."""

    argv: tuple[str, ...]
    env: Mapping[str, str]
    detaches: bool = False


@dataclass(frozen=True)
class Attempt:
    """One try of a run, by its folder."""

    path: Path

    @property
    def manifest(self) -> Path:
        """What the program is told."""
        return self.path / "manifest.json"

    @property
    def model(self) -> Path:
        """Where the program leaves the model."""
        return self.path / "model"

    @property
    def result(self) -> Path:
        """What the program writes last."""
        return self.path / "result.json"

    @property
    def log(self) -> Path:
        """What the program said."""
        return self.path / "log"

    @property
    def launch(self) -> Path:
        """What was started."""
        return self.path / "launch.json"

    @property
    def detaches(self) -> bool:
        """Does the run go on when the program has ended well?"""
        return bool(json.loads(self.launch.read_bytes())["detaches"])

    @property
    def exit_code(self) -> int | None:
        """How the program ended; None while it runs, and after it was killed together with its keeper."""
        try:
            return int((self.path / "exit").read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None

    def said_error(self) -> str | None:
        """What the program wrote that went wrong. A result that cannot be read is for `collect` to name."""
        try:
            found = json.loads(self.result.read_bytes())
        except (FileNotFoundError, ValueError):
            return None
        return (
            printable(str(found["error"]), LONGEST_LINE)
            if isinstance(found, dict) and "error" in found
            else None
        )

    def last_lines(self) -> str:
        """The end of the log, for an error."""
        try:
            with self.log.open("rb") as log:
                log.seek(max(0, self.log.stat().st_size - _LOG_BYTES))
                text = log.read().decode("utf-8", "replace")
        except FileNotFoundError:
            return ""
        return "\n".join(printable(line, LONGEST_LINE) for line in text.splitlines()[-LOG_LINES:])


@dataclass(frozen=True)
class RunFolder:
    """Everything of one run on this machine."""

    path: Path

    @property
    def data(self) -> Path:
        """The training pairs."""
        return self.path / "data.parquet"

    def last(self) -> Attempt | None:
        """The newest attempt, or None."""
        made = [int(path.name.removeprefix("attempt-")) for path in self.path.glob("attempt-*")]
        return Attempt(self.path / f"attempt-{max(made)}") if made else None

    def next(self) -> Attempt:
        """The attempt after the newest one; its folder is not there yet."""
        last = self.last()
        number = int(last.path.name.removeprefix("attempt-")) + 1 if last else 1
        return Attempt(self.path / f"attempt-{number}")

    def alive(self) -> bool:
        """Does the program, or its keeper, run on this machine?"""
        try:
            held = os.open(self.path / "lock", os.O_RDWR)
        except FileNotFoundError:
            return False
        try:
            fcntl.flock(held, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(held)
        return False

    def standing(self) -> Standing:
        """How the run stands: by its lock, then by what the newest attempt left."""
        if self.alive():
            return "running"
        attempt = self.last()
        if attempt is None:
            return "none"
        code = attempt.exit_code
        if code not in (None, 0):
            return "failed"
        if attempt.result.exists():
            return "failed" if attempt.said_error() or not attempt.model.is_dir() else "done"
        return "running" if code == 0 and attempt.detaches else "failed"

    def start(self, attempt: Attempt, launch: Launch, manifest: bytes) -> bool:
        """Make `attempt`, the next one, and run `launch` in it; False where the lock or its place is taken.

        Raises:
            OSError: the keeper could not be run.
        """
        last = self.last()
        prepared = Path(mkdtemp(prefix="preparing-", dir=self.path))
        (prepared / attempt.model.name).mkdir()
        (prepared / attempt.manifest.name).write_bytes(manifest)
        (prepared / attempt.launch.name).write_bytes(canonical_json(launch))
        started = subprocess.run(  # noqa: S603 (our own script, with paths of our own)
            [
                sys.executable,
                "-I",
                keeper.__file__,
                str(self.path / "lock"),
                str(prepared),
                str(attempt.path),
            ],
            check=False,
        )
        if started.returncode == keeper.TAKEN:
            shutil.rmtree(prepared)
            return False
        if started.returncode != keeper.STARTED:
            raise OSError(f"the keeper of {attempt.path} ended with {started.returncode} and started nothing")
        if last is not None:
            shutil.rmtree(last.model, ignore_errors=True)  # of a failed attempt: only its log is of use
        return True
