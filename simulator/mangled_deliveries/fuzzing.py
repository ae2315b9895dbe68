"""Thousands of fuzzed deliveries, tried in a child process: whatever it does, its parent lives and tells."""

import json
import os
import select
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from subprocess import PIPE
from tempfile import TemporaryDirectory
from typing import IO, Any, cast

LONGEST_S = 5.0
MOST_MB = 1_000
MOST_LOST = 20  # children; after so many a run is broken enough, and its `cases` say where it stopped
HANG_S = 60.0  # of silence; far more than the longest, as other processes may hold both cores
_CHILD = (sys.executable, "-m", "simulator.mangled_deliveries", "--child")
_ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class FuzzResult:
    """What became of `cases` deliveries.

    `rows` were counted by two ways that agree; `booked` deliveries went into books that were verified.
    `slowest_s` is the longest one case took (the lesser of elapsed and processor time), `peak_mb` the most
    memory one took on top of what the process held before. Each violation is a sentence with the command that
    replays it.
    """

    cases: int
    refused: int
    taken_in: int
    absent: int
    booked: int
    rows: int
    violations: tuple[str, ...]
    slowest_s: float
    peak_mb: float


def fuzz(seed: int, count: int) -> FuzzResult:
    """Try deliveries 0 to `count` - 1 of `seed`. Nothing is raised: what is wrong is in the result."""
    tries = list(_tries(seed, count))
    outcomes = Counter(one["outcome"] for one in tries)
    return FuzzResult(
        cases=len(tries),
        refused=outcomes["refused"],
        taken_in=outcomes["taken in"],
        absent=outcomes["absent"],
        booked=sum(one["booked"] for one in tries),
        rows=sum(one["rows"] for one in tries),
        violations=tuple(
            f"{problem} [python -m simulator.mangled_deliveries {seed} {number}]"
            for number, one in enumerate(tries)
            for problem in one["problems"]
        ),
        slowest_s=max((one["seconds"] for one in tries), default=0.0),
        peak_mb=max((one["mb"] for one in tries), default=0.0),
    )


def _tries(seed: int, count: int) -> Iterator[dict[str, Any]]:
    """What the child says of each case; where it dies or hangs, another goes on behind that case."""
    done = lost = 0
    while done < count and lost <= MOST_LOST:
        lost += 1
        with TemporaryDirectory(prefix="mangled-") as scratch:
            for one in _child(seed, done, count, Path(scratch)):
                yield one
                done += 1


def _child(seed: int, first: int, last: int, scratch: Path) -> Iterator[dict[str, Any]]:
    told = scratch / "errors"
    with told.open("wb") as errors:
        command = [*_CHILD, str(seed), str(first), str(last), str(scratch)]
        # A home of its own: what a library keeps for its user is not the business of a fuzzed run.
        environment = {**os.environ, "HOME": str(scratch), "PREFECT_HOME": str(scratch / "prefect")}
        child = subprocess.Popen(command, stdout=PIPE, stderr=errors, cwd=_ROOT, env=environment)  # noqa: S603
        try:
            for _ in range(first, last):
                line = _next_line(child)
                if line is None:
                    yield _lost(_end(child), told)
                    return
                yield json.loads(line)
        finally:
            child.kill()
            child.communicate()


def _next_line(child: "subprocess.Popen[bytes]") -> bytes | None:
    """The child's next line, or None when it died or said nothing for too long."""
    output = cast("IO[bytes]", child.stdout)
    ready, _, _ = select.select([output], [], [], HANG_S)
    return output.readline() or None if ready else None


def _end(child: "subprocess.Popen[bytes]") -> str:
    try:
        return f"the process ended with {child.wait(1.0)}"
    except subprocess.TimeoutExpired:
        return f"no answer within {HANG_S:g} s"


def _lost(problem: str, told: Path) -> dict[str, Any]:
    said = told.read_text(errors="replace").strip()[-500:]
    problems = [f"{problem}: {said}" if said else problem]
    return {"outcome": "broken", "problems": problems, "rows": 0, "booked": False, "seconds": 0.0, "mb": 0.0}
