import os
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests import embedded_prefect  # first: Prefect reads its environment when it is imported

# isort: split
from rampart.cli import main
from simulator.season import Season


@dataclass(frozen=True)
class Ended:
    """How a command ended: its exit code, and what it wrote."""

    code: int
    out: str
    err: str


Rampart = Callable[..., Ended]


@pytest.fixture(autouse=True)
def season(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Season:
    """An empty home folder of the test's own."""
    for name in ("DATABASE_URL", "STORE", "DROP", "PSEUDONYM_KEY"):
        monkeypatch.delenv(f"RAMPART_{name}", raising=False)
    monkeypatch.setenv("RAMPART_HOME", str(tmp_path / "home"))
    return Season(tmp_path / "home")


@pytest.fixture
def rampart(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Rampart:
    """Run the command line as a user does, in this process."""

    def run(*words: object) -> Ended:
        monkeypatch.setattr(sys, "argv", ["rampart", *map(str, words)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as end:
            main()
        found = capsys.readouterr()
        code = end.value.code
        return Ended(code if isinstance(code, int) else 0, found.out, found.err)

    return run


@pytest.fixture(scope="session")
def flows_can_run() -> Iterator[None]:
    """For commands that run flows."""
    with embedded_prefect.running():
        yield


@pytest.fixture
def shell() -> Rampart:
    """Run the installed command in a process of its own."""
    command = Path(sysconfig.get_path("scripts")) / "rampart"

    def run(*words: object) -> Ended:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
        line = [str(command), *map(str, words)]
        done = subprocess.run(line, env=environment, capture_output=True, text=True, check=False, timeout=120)
        return Ended(done.returncode, done.stdout, done.stderr)

    return run
