"""A command run with its memory watched: what its processes held at most, each at its own peak, together."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
EVERY_S = 0.2  # between two looks; a process that lives for less is not seen


@dataclass(frozen=True)
class Measured:
    """What a command told on its last line, and the most memory its processes held together."""

    told: dict[str, Any]
    peak_mb: float


def measured(*command: str, cwd: Path = ROOT) -> Measured:
    """Run `command`, whose last line of output is a JSON object; an error where it fails."""
    with subprocess.Popen(command, cwd=cwd, stdout=subprocess.PIPE, text=True) as process:
        watch = _Watch(process.pid)
        watch.start()
        told, _ = process.communicate()
        watch.stop()
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}")
    return Measured(json.loads(told.splitlines()[-1]), watch.peak_kb / 1024)


def ours(module: str, *given: str) -> Measured:
    """Run a module of this checkout."""
    return measured(sys.executable, "-m", module, *given)


class _Watch(threading.Thread):
    """Looks at a process and all below it, again and again."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._pid = pid
        self._over = threading.Event()
        self.peak_kb = 0

    def run(self) -> None:
        while not self._over.wait(EVERY_S):
            self.peak_kb = max(self.peak_kb, sum(_held_kb(pid) for pid in _family(self._pid)))

    def stop(self) -> None:
        self._over.set()
        self.join()


def _family(pid: int) -> Iterator[int]:
    yield pid
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        below = [child for task in tasks for child in (task / "children").read_text().split()]
    except OSError:  # it has ended meanwhile
        return
    for child in below:
        yield from _family(int(child))


def _held_kb(pid: int) -> int:
    """Peak resident set size, proc(5). A sum of them is more than was ever held: processes share pages, and
    peak at different moments; but to look costs nothing, where smaps_rollup took a fifth of the time.
    """
    try:
        said = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in said.splitlines() if line.startswith("VmHWM:")), 0)
