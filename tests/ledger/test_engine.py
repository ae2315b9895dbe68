import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from contracts.model import Contract
from rampart.ledger.batches import expect
from rampart.ledger.engine import connect, open_ledger, reading, writing
from rampart.ledger.errors import LedgerError
from rampart.ledger.migrations import HEAD
from rampart.ledger.tables import Batch, Outbox
from tests.ledger.books import day


def test_opening_makes_the_folder_and_the_tables(tmp_path: Path) -> None:
    engine = open_ledger(f"sqlite:///{tmp_path}/deep/er/ledger.db")
    with reading(engine) as session:
        assert session.exec(select(Batch)).all() == []
    engine.dispose()


def test_opening_again_keeps_what_is_there(engine: Engine, contract: Contract) -> None:
    expect(engine, contract.contract_id, 1, contract.digest, day(0))
    again = open_ledger(engine.url.render_as_string())
    with reading(again) as session:
        assert len(session.exec(select(Batch)).all()) == 1
    again.dispose()


def test_several_workers_may_open_new_books_at_once(tmp_path: Path) -> None:
    url, workers = f"sqlite:///{tmp_path}/ledger.db", 6
    together = threading.Barrier(workers)

    def opened(_: int) -> int:
        together.wait()
        engine = open_ledger(url)
        with reading(engine) as session:
            found = len(session.exec(select(Batch)).all())
        engine.dispose()
        return found

    with ThreadPoolExecutor(workers) as pool:
        assert list(pool.map(opened, range(workers))) == [0] * workers


def test_new_books_wait_for_whoever_is_opening_them_too(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    other.execute("CREATE TABLE t (x)")  # a file that is not in WAL yet
    other.execute("BEGIN IMMEDIATE")
    over = threading.Timer(0.3, other.execute, ["COMMIT"])
    over.start()
    with connect(f"sqlite:///{path}").connect() as opened:
        assert opened.exec_driver_sql("PRAGMA journal_mode").scalar_one() == "wal"
    over.join()
    other.close()


@pytest.mark.parametrize(
    ("pragma", "value"), [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1)]
)
def test_sqlite_is_set_up_to_lose_nothing(engine: Engine, pragma: str, value: str | int) -> None:
    with engine.connect() as connection:
        assert connection.execute(text(f"PRAGMA {pragma}")).scalar() == value


def test_a_batch_of_an_unknown_contract_is_refused_by_the_database(engine: Engine) -> None:
    row = Batch(contract_id="x", week=1, revision=1, state="expected", contract_digest="none", as_of=day(0))
    with pytest.raises(IntegrityError), writing(engine) as session:
        session.add(row)


def test_an_error_rolls_the_whole_transaction_back(engine: Engine) -> None:
    with pytest.raises(ZeroDivisionError), writing(engine) as session:
        session.add(
            Outbox(
                id="1",
                topic="t",
                contract_id="c",
                week=1,
                revision=1,
                program="p",
                payload="{}",
                as_of=day(0),
            )
        )
        session.flush()
        raise ZeroDivisionError
    with reading(engine) as session:
        assert session.exec(select(Outbox)).all() == []


def test_a_reader_does_not_wait_for_a_writer_and_sees_the_books_before_it(
    engine: Engine, contract: Contract
) -> None:
    with writing(engine) as session:
        session.add(
            Batch(
                contract_id=contract.contract_id,
                week=1,
                revision=1,
                state="expected",
                contract_digest=contract.digest,
                as_of=day(0),
            )
        )
        session.flush()
        with reading(engine) as other:
            assert other.exec(select(Batch)).all() == []


def test_a_writer_starts_from_what_the_writer_before_it_wrote(engine: Engine, contract: Contract) -> None:
    """A read-then-write race: deferred transactions fail here with `database is locked`."""
    expect(engine, contract.contract_id, 1, contract.digest, day(0))

    def count_up(_: int) -> None:
        for _ in range(10):
            with writing(engine) as session:
                batch = session.exec(select(Batch)).one()
                batch.fence += 1
                session.add(batch)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(count_up, range(4)))
    with reading(engine) as session:
        assert session.exec(select(Batch.fence)).one() == 40


def test_a_driver_that_is_not_installed_is_named() -> None:
    with pytest.raises(LedgerError, match=r"driver 'MySQLdb', which is not installed"):
        open_ledger("mysql://somewhere/ledger")


def test_books_of_a_newer_rampart_are_refused(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(LedgerError, match=f"schema 9999, this Rampart knows up to {HEAD}"):
        open_ledger(engine.url.render_as_string())
