import asyncio
from collections.abc import Callable, Iterator

import httpx
import pytest
from sqlalchemy import Engine

from dashboard.app import create_app
from dashboard.pages import ReadArtefact
from rampart.ledger.engine import open_ledger
from tests.dashboard.books import fill, stored

Get = Callable[..., httpx.Response]


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """The example books in a SQLite file; the dashboard only reads, so all tests share them."""
    opened = open_ledger(f"sqlite:///{tmp_path_factory.mktemp('books')}/ledger.db")
    fill(opened)
    yield opened
    opened.dispose()


@pytest.fixture(scope="session")
def get(engine: Engine) -> Get:
    """GET an address of the dashboard, in this process."""
    return browser(engine)


def browser(engine: Engine, read: ReadArtefact = stored) -> Get:
    """A client of the dashboard over `engine`; a broken page answers 500 as it would to a visitor."""
    transport = httpx.ASGITransport(create_app(engine, read), raise_app_exceptions=False)

    async def ask(path: str, host: str) -> httpx.Response:
        async with httpx.AsyncClient(transport=transport, base_url=f"http://{host}") as client:
            return await client.get(path)

    return lambda path, host="127.0.0.1:8770": asyncio.run(ask(path, host))
