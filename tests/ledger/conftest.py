import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from contracts.model import Contract
from rampart.ledger.engine import open_ledger
from tests.ledger.books import register, terms


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


@pytest.fixture
def contract(engine: Engine) -> Contract:
    """A registered contract of four weeks."""
    return register(engine, terms())
