"""The same books on PostgreSQL: a server of the test's own, reached through Prefect's driver, asyncpg."""

import asyncio
import os
import shutil
import socket
import subprocess
import tempfile
import threading
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine
from sqlmodel import select

from rampart.ledger.batches import receive
from rampart.ledger.chain import verify_chain
from rampart.ledger.claims import claim
from rampart.ledger.engine import open_ledger, reading, writing
from rampart.ledger.export import export_ledger
from rampart.ledger.read import money_rows, ramp_rows, rm_rows
from rampart.ledger.tables import METADATA, Batch
from rampart.ledger.verify import verify_books
from tests.ledger.books import RULES, a_month, day, register, terms

pytestmark = pytest.mark.slow
T = TypeVar("T")


def programs_folder() -> Path | None:
    """Where PostgreSQL's server programs are: on the path, or where Debian puts them."""
    places = [*Path("/usr/lib/postgresql").glob("*/bin"), *map(Path, os.get_exec_path())]
    return next((place for place in places if (place / "initdb").exists()), None)


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """A PostgreSQL server without durability, gone after the tests; its address without a database."""
    programs = programs_folder()
    if programs is None:
        pytest.skip("PostgreSQL's server programs (initdb, pg_ctl) are not installed")
    folder = Path(tempfile.mkdtemp(prefix="rampart-postgres-"))
    as_whom = {}
    if os.getuid() == 0:  # the server refuses to run as root; Debian makes this user for it
        shutil.chown(folder, "postgres", "postgres")
        as_whom = {"user": "postgres", "group": "postgres"}

    def run(*command: str) -> None:
        subprocess.run(
            [f"{programs}/{command[0]}", "-D", f"{folder}/data", *command[1:]],
            check=True,
            cwd="/",
            stdout=subprocess.DEVNULL,
            **as_whom,  # type: ignore[call-overload]
        )

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    # A language's collation orders text otherwise than Python does: the books must not depend on it.
    run("initdb", "-U", "postgres", "-A", "trust", "--no-sync", "--locale=C.UTF-8", "-E", "UTF8")
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
    run("pg_ctl", "-w", "-l", f"{folder}/log", "-o", options, "start")
    yield f"postgresql+asyncpg://postgres@127.0.0.1:{port}"
    run("pg_ctl", "-w", "-m", "immediate", "stop")
    shutil.rmtree(folder)


@pytest.fixture
def url(server: str) -> str:
    """An empty database of the test's own."""
    name = f"books_{uuid.uuid4().hex}"

    async def create() -> None:
        engine = create_async_engine(f"{server}/postgres", isolation_level="AUTOCOMMIT")
        async with engine.connect() as connection:
            await connection.execute(text(f"CREATE DATABASE {name}"))
        await engine.dispose()

    asyncio.run(create())
    return f"{server}/{name}"


def on_postgres(url: str, work: Callable[[Engine], T]) -> T:
    """What `work` makes of the books at `url`; SQLAlchemy runs it in a greenlet so that asyncpg can wait."""

    def opened() -> T:
        engine = open_ledger(url)
        try:
            return work(engine)
        finally:
            engine.dispose()

    async def main() -> T:
        outer = create_async_engine(url)
        async with outer.connect() as connection:
            found = await connection.run_sync(lambda _: opened())
        await outer.dispose()
        return found

    return asyncio.run(main())


def test_the_books_are_the_same_on_either_database(url: str, engine: Engine) -> None:
    def month(postgres: Engine) -> tuple[object, ...]:
        a_month(postgres)
        return (
            export_ledger(postgres),
            ramp_rows(postgres),
            money_rows(postgres),
            rm_rows(postgres, "assistant"),
            verify_books(postgres),
        )

    a_month(engine)
    here = (export_ledger(engine), ramp_rows(engine), money_rows(engine), rm_rows(engine, "assistant"), ())
    assert on_postgres(url, month) == here


def test_the_migrations_make_the_tables_of_the_models(url: str) -> None:
    def compared(postgres: Engine) -> object:
        with postgres.connect() as connection:
            return compare_metadata(MigrationContext.configure(connection), METADATA)

    assert on_postgres(url, compared) == []


@pytest.mark.parametrize(
    "statement",
    ["UPDATE ledger_event SET kind = ''", "DELETE FROM ledger_event", "TRUNCATE ledger_event"],
)
def test_events_can_be_neither_changed_nor_deleted(url: str, statement: str) -> None:
    def tampered(postgres: Engine) -> object:
        register(postgres, terms())
        with pytest.raises(DBAPIError, match="append-only"), postgres.begin() as connection:
            connection.execute(text(statement))
        return verify_chain(postgres)

    assert on_postgres(url, tampered) == ()


def test_workers_race_for_the_books_and_for_a_batch(url: str) -> None:
    workers = 4
    contract = terms()
    together = threading.Barrier(workers)

    def race(number: int) -> bool:
        together.wait()  # all open books that do not exist yet

        def work(postgres: Engine) -> bool:
            register(postgres, contract)
            batch = receive(postgres, contract.contract_id, 1, "d1", contract.digest, RULES, day(7))
            return claim(postgres, batch.key, f"elsewhere:{number}:x", 60) is not None

        return on_postgres(url, work)

    with ThreadPoolExecutor(workers) as pool:
        assert sum(pool.map(race, range(workers))) == 1


def test_writers_lose_no_count(url: str) -> None:
    contract = terms()

    def prepare(postgres: Engine) -> None:
        register(postgres, contract)
        receive(postgres, contract.contract_id, 1, "d1", contract.digest, RULES, day(7))

    def count_up(postgres: Engine) -> None:
        for _ in range(10):
            with writing(postgres) as session:
                batch = session.exec(select(Batch)).one()
                batch.fence += 1
                session.add(batch)

    def counted(postgres: Engine) -> int:
        with reading(postgres) as session:
            return session.exec(select(Batch.fence)).one()

    on_postgres(url, prepare)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: on_postgres(url, count_up), range(4)))
    assert on_postgres(url, counted) == 40
