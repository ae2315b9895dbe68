"""The nursery's client: start it, give it jobs, read what became of each child."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from simulator.crashes.effects import Effect
from simulator.crashes.job import Job, Life
from simulator.crashes.state import State

# Threads would have to be forked, which cannot be done; one life is too small for two anyway.
ONE_THREAD = ("POLARS_MAX_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "ARROW_IO_THREADS")


class Nurse:
    """Talks to one nursery; one child lives at a time. `commands` are those of the history, in order."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process
        self.commands: tuple[str, ...] = tuple(json.loads(self._read()))

    def live(self, job: Job) -> Life:
        """Run a job; `RuntimeError` when the nursery itself died."""
        assert self._process.stdin is not None  # noqa: S101 (narrows the type)
        print(json.dumps(asdict(job)), file=self._process.stdin, flush=True)
        answer = json.loads(self._read())
        return Life(
            killed=answer["killed"],
            done=tuple(answer.get("done", ())),
            seconds=answer.get("seconds", 0.0),
            last=_effect(answer["last"]) if "last" in answer else None,
            effects=tuple(map(_effect, answer.get("effects", ()))),
            state=_state(answer["state"]) if "state" in answer else None,
            error=answer.get("error"),
        )

    def _read(self) -> str:
        assert self._process.stdout is not None  # noqa: S101 (narrows the type)
        if line := self._process.stdout.readline():
            return line
        raise RuntimeError(f"the nursery died with status {self._process.wait()}; see its standard error")


@contextmanager
def nursery() -> Iterator[Nurse]:
    """A nursery that lives as long as the block; ready after some six seconds."""
    with tempfile.TemporaryDirectory(prefix="rampart-nursery-") as home:
        kept = {n: v for n, v in os.environ.items() if not n.startswith(("PREFECT_", "RAMPART_"))}
        quiet = {"PREFECT_HOME": home, "PREFECT_LOGGING_LEVEL": "CRITICAL", "DO_NOT_TRACK": "1"}
        process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", "simulator.crashes.nursery"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
            env={**kept, **quiet, **dict.fromkeys(ONE_THREAD, "1")},
        )
        try:
            yield Nurse(process)
        finally:
            process.communicate()  # the end of its input is the end of its work


def _effect(said: dict[str, Any]) -> Effect:
    return Effect(said["what"], said["moment"], tuple(said["steps"]))


def _state(said: dict[str, Any]) -> State:
    return State(said["objects"], said["books"], tuple(said["violations"]))
