import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from contracts.model import Contract
from rampart.delivery.local_store import LocalStore
from rampart.ledger.engine import open_ledger
from simulator.season import Season
from simulator.servers.postgresql import PostgreSql, postgresql, postgresql_programs
from tests.ledger.books import register, terms
from tests.ledger.judged_season import copy_of, play, settings_of


@pytest.fixture(scope="session")
def empty_books(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the newest schema, to copy: making one takes longer than most tests."""
    path = tmp_path_factory.mktemp("books") / "empty.db"
    open_ledger(f"sqlite:///{path}").dispose()
    return path


@pytest.fixture
def engine(tmp_path: Path, empty_books: Path) -> Iterator[Engine]:
    """Empty books in a SQLite file of the test's own."""
    opened = open_ledger(f"sqlite:///{shutil.copy(empty_books, tmp_path / 'ledger.db')}")
    yield opened
    opened.dispose()


@pytest.fixture(scope="session")
def server() -> Iterator[PostgreSql]:
    """A PostgreSQL server, gone after the tests."""
    if postgresql_programs() is None:
        pytest.skip("PostgreSQL's server programs (initdb, pg_ctl) are not installed")
    with postgresql() as running:
        yield running


@pytest.fixture(scope="session")
def empty_database(server: PostgreSql) -> str:
    """The name of a PostgreSQL database with the newest schema, to copy."""
    url = server.new_database()
    open_ledger(url).dispose()
    return url.rsplit("/", 1)[1]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def either_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of empty books of the test's own, on either database."""
    if request.param == "sqlite":
        copied = shutil.copy(request.getfixturevalue("empty_books"), tmp_path / "either.db")
        return f"sqlite:///{copied}"
    running: PostgreSql = request.getfixturevalue("server")
    return running.new_database(request.getfixturevalue("empty_database"))


@pytest.fixture
def either(either_url: str) -> Iterator[Engine]:
    """Empty books on either database."""
    opened = open_ledger(either_url)
    yield opened
    opened.dispose()


@pytest.fixture
def contract(engine: Engine) -> Contract:
    """A registered contract of four weeks."""
    return register(engine, terms())


@pytest.fixture(scope="session")
def judged_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of a judged season, to copy."""
    home = tmp_path_factory.mktemp("season") / "home"
    with pytest.MonkeyPatch.context() as patched:
        play(settings_of(home, patched))
    return home


@pytest.fixture
def season(judged_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Season:
    """A judged season in a home of the test's own."""
    return settings_of(copy_of(judged_home, tmp_path / "home"), monkeypatch)


@pytest.fixture
def kept(season: Season) -> LocalStore:
    """The season's store."""
    return LocalStore(season.home / "store")


@pytest.fixture
def books(season: Season) -> Iterator[Engine]:
    """The season's books."""
    opened = season.books()
    yield opened
    opened.dispose()
