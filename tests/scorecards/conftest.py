from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import embedded_prefect  # first: Prefect reads its environment when it is imported

# isort: split
from rampart.delivery.local_store import LocalStore
from simulator.season import Season
from simulator.without_prefect import without_prefect
from tasks.workspace import Workspace, workspace
from tests.ledger.judged_season import copy_of, settings_of
from tests.scorecards.overlap import play

__all__ = ["embedded_prefect"]


@pytest.fixture(scope="session")
def played_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of a judged season with shared work, to copy; a module may play another."""
    home = tmp_path_factory.mktemp("overlap") / "home"
    with pytest.MonkeyPatch.context() as patched, without_prefect():
        play(settings_of(home, patched))
    return home


@pytest.fixture
def season(played_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Season:
    """The judged season in a home of the test's own."""
    return settings_of(copy_of(played_home, tmp_path / "home"), monkeypatch)


@pytest.fixture
def place(season: Season) -> Iterator[Workspace]:
    """The season's books and store."""
    assert season.home.exists()
    with workspace() as opened:
        yield opened


@pytest.fixture
def kept(season: Season) -> LocalStore:
    """The season's store."""
    return LocalStore(season.home / "store")
