"""The same books on PostgreSQL: a server of the test's own, reached through psycopg."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlmodel import select

from rampart.ledger.batches import expect, receive
from rampart.ledger.chain import verify_chain
from rampart.ledger.claims import claim
from rampart.ledger.engine import open_ledger, reading, writing
from rampart.ledger.export import export_ledger
from rampart.ledger.migrations import migrate
from rampart.ledger.outbox import pending
from rampart.ledger.read import money_rows, ramp_rows, rm_rows
from rampart.ledger.schema import changing_schema, downgrade
from rampart.ledger.tables import METADATA, Batch
from rampart.ledger.troubles import what_to_do
from rampart.ledger.turns import give_up, take
from rampart.ledger.verify import verify_books
from simulator.servers.postgresql import PostgreSql
from tests.ledger.books import RULES, a_month, day, register, terms

pytestmark = pytest.mark.slow
T = TypeVar("T")


@pytest.fixture
def url(server: PostgreSql) -> str:
    """An empty database of the test's own."""
    return server.new_database()


def on_postgres(url: str, work: Callable[[Engine], T]) -> T:
    """What `work` makes of the books at `url`."""
    engine = open_ledger(url)
    try:
        return work(engine)
    finally:
        engine.dispose()


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


def test_turns_run_by_the_server_s_clock_and_can_be_taken_off_full_books(url: str) -> None:
    def turns(postgres: Engine) -> None:
        a_month(postgres)
        row = pending(postgres, "batch.accepted")[0]
        turn = take(postgres, row.id, "elsewhere:1:a", 60)
        assert turn is not None
        assert take(postgres, row.id, "elsewhere:2:b", 60) is None
        give_up(postgres, turn, "no answer")
        assert pending(postgres, "batch.accepted")[0].resting
        before = export_ledger(postgres)
        downgrade(postgres, "0002")
        with changing_schema(postgres) as connection:
            migrate(connection)
        assert export_ledger(postgres) == before
        assert not pending(postgres, "batch.accepted")[0].resting

    on_postgres(url, turns)


def test_a_server_restarted_in_the_middle_of_an_entry_costs_saying_it_again(
    server: PostgreSql, url: str
) -> None:
    contract = terms()

    def interrupted(postgres: Engine) -> object:
        register(postgres, contract)
        before = export_ledger(postgres)
        with pytest.raises(OperationalError) as broken, writing(postgres) as session:
            session.connection().execute(text("UPDATE contract_version SET name = 'half'"))
            server.restart()
            session.connection().execute(text("UPDATE contract_version SET name = 'whole'"))
        assert "was restarted" in what_to_do(broken.value)
        assert export_ledger(postgres) == before
        server.restart()  # between two entries: the pool's dead connections are replaced unseen
        expect(postgres, contract.contract_id, 1, contract.digest, day(0))
        return verify_books(postgres)

    assert on_postgres(url, interrupted) == ()
