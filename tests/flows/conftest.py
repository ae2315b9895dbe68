from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import embedded_prefect  # first: Prefect reads its environment when it is imported

# isort: split
from flows.weekly import weekly
from simulator.season import Season, due
from simulator.without_prefect import without_prefect


@pytest.fixture(scope="session")
def _flows_can_run() -> Iterator[None]:
    with embedded_prefect.running():
        yield


@pytest.fixture
def season(_flows_can_run: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Season:
    """An empty home folder of the test's own, in which flows can be run."""
    for name in ("DATABASE_URL", "STORE", "DROP", "PSEUDONYM_KEY"):
        monkeypatch.delenv(f"RAMPART_{name}", raising=False)
    monkeypatch.setenv("RAMPART_HOME", str(tmp_path))
    return Season(tmp_path)


@pytest.fixture
def plain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Season]:
    """A home of the test's own and flows as plain functions: what is booked does not depend on Prefect."""
    for name in ("DATABASE_URL", "STORE", "DROP", "PSEUDONYM_KEY", "NOTIFY_URL"):
        monkeypatch.delenv(f"RAMPART_{name}", raising=False)
    monkeypatch.setenv("RAMPART_HOME", str(tmp_path))
    with without_prefect():
        yield Season(tmp_path)


@pytest.fixture
def judged(plain: Season) -> Season:
    """One judged week, of which the first four records were discarded as clicked through."""
    plain.agree()
    plain.deliver(1)
    weekly(due(1))
    return plain
