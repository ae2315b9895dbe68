"""A database that breaks in the middle of a run, is away, or locked: the books end as if it never was."""

import multiprocessing
import sqlite3
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from multiprocessing.synchronize import Event
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Engine, event

from flows.process_delivery import process_delivery
from simulator.disturbance import Disturbed, FaultOnHand, Struck, disturbed
from simulator.season import due
from simulator.servers.broken_books import Break, broken_at, cut_off, lose_answer, restart
from simulator.servers.postgresql import PostgreSql, postgresql, postgresql_programs
from simulator.stacks import CONTRACT, Place, Stack, undisturbed

pytestmark = pytest.mark.slow

# What a walk writes, in the order in which it does; the commit is that of the settlement.
STATEMENTS = (
    "INSERT INTO batch",
    "UPDATE batch",
    "INSERT INTO batch_file",
    "INSERT INTO batch_money",
    "INSERT INTO outbox",
    "INSERT INTO rm_version",
    "COMMIT",
)
LIMIT_S = 40.0


@pytest.fixture(scope="module")
def server() -> Iterator[PostgreSql]:
    if postgresql_programs() is None:
        pytest.skip("PostgreSQL's server programs (initdb, pg_ctl) are not installed")
    with postgresql() as running:
        yield running


@pytest.fixture(scope="module")
def stack(server: PostgreSql) -> Stack:
    return Stack(postgresql=server)


@pytest.fixture
def place(stack: Stack, tmp_path: Path) -> Place:
    """A delivery to judge, and books in PostgreSQL."""
    return delivered(stack.new_place(tmp_path))


def delivered(place: Place) -> Place:
    place.agree()
    place.deliver()
    return place


def must_be_good(result: Disturbed) -> None:
    assert result.struck, "the walk never met the fault"
    assert result.seconds < LIMIT_S
    assert not result.unclean
    assert result.torn == ()
    assert result.ending.differences(undisturbed(1)) == ()


def broken_by(how: str, server: PostgreSql) -> Break:
    return {"restart": restart(server), "cut off": cut_off(server), "lost answer": lose_answer}[how]


@pytest.mark.parametrize("how", ["restart", "cut off"])
@pytest.mark.parametrize("statement", STATEMENTS)
def test_a_database_that_breaks_within_a_transaction_loses_and_doubles_nothing(
    statement: str, how: str, place: Place, server: PostgreSql
) -> None:
    def on_hand() -> AbstractContextManager[Struck]:
        return broken_at(statement, broken_by(how, server))

    must_be_good(disturbed(place, on_hand, undisturbed(1)))


def test_a_settlement_whose_commit_was_never_answered_is_not_written_twice(place: Place) -> None:
    def on_hand() -> AbstractContextManager[Struck]:
        return broken_at("COMMIT", lose_answer)

    must_be_good(disturbed(place, on_hand, undisturbed(1)))


def test_a_server_that_is_away_for_a_whole_run_is_named_and_the_next_run_is_as_the_first(
    place: Place, server: PostgreSql
) -> None:
    @contextmanager
    def on_hand() -> Iterator[Struck]:
        server.stop()
        try:
            yield lambda: 1
        finally:
            server.start()

    must_be_good(disturbed(place, on_hand, undisturbed(1)))


def test_connections_that_die_between_two_transactions_are_replaced_unnoticed(
    place: Place, server: PostgreSql
) -> None:
    result = disturbed(place, dying_between_transactions(server), undisturbed(1))
    must_be_good(result)
    assert result.error == ""
    assert result.attempts == 1


def dying_between_transactions(server: PostgreSql) -> FaultOnHand:
    """A connection is cut off each time it has gone back into the pool."""

    @contextmanager
    def on_hand() -> Iterator[Struck]:
        ended: list[int] = []

        def end(connection: psycopg.Connection[object] | None, _record: object) -> None:
            if connection is None or connection.closed:
                return
            pid = connection.info.backend_pid
            with psycopg.connect(f"host=127.0.0.1 port={server.port} user=postgres", autocommit=True) as own:
                own.execute("SELECT pg_terminate_backend(%s, 5000)", (pid,))
            ended.append(pid)

        event.listen(Engine, "checkin", end)
        try:
            yield lambda: len(ended)
        finally:
            event.remove(Engine, "checkin", end)

    return on_hand


def test_the_tasks_own_retries_outlast_a_database_that_restarts(
    place: Place, server: PostgreSql, _flows_can_run: None
) -> None:
    with place.entered(), broken_at("INSERT INTO batch_money", restart(server)) as struck:
        outcome = process_delivery(CONTRACT, 1, due(1))
        assert struck() == 1
    assert (outcome.state, outcome.changed) == ("accepted", True)
    place.walk()  # the training it asks for
    assert place.ending().differences(undisturbed(1)) == ()


def hold(ledger: Path, held: Event, enough: Event, longest_s: float) -> None:
    """Lock SQLite's books as another program's long transaction would."""
    books = sqlite3.connect(ledger, isolation_level=None)
    books.execute("BEGIN IMMEDIATE")
    held.set()
    enough.wait(longest_s)
    books.execute("ROLLBACK")
    books.close()


@contextmanager
def locked(ledger: Path, longest_s: float) -> Iterator[Struck]:
    context = multiprocessing.get_context("spawn")
    held, enough = context.Event(), context.Event()
    other = context.Process(target=hold, args=(ledger, held, enough, longest_s))
    other.start()
    assert held.wait(60)
    try:
        yield lambda: 1
    finally:
        enough.set()
        other.join()


def test_books_locked_for_longer_than_anybody_waits_are_named_and_the_next_run_is_as_the_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = delivered(Stack().new_place(tmp_path))
    monkeypatch.setattr("rampart.ledger.engine.BUSY_TIMEOUT_S", 0.3)
    result = disturbed(place, lambda: locked(tmp_path / "ledger.db", 60.0), undisturbed(1))
    must_be_good(result)
    assert "locked" in result.said


def test_books_locked_for_a_moment_are_waited_for(tmp_path: Path) -> None:
    place = delivered(Stack().new_place(tmp_path))
    started = time.monotonic()
    result = disturbed(place, lambda: locked(tmp_path / "ledger.db", 1.0), undisturbed(1))
    must_be_good(result)
    assert result.attempts == 1
    assert time.monotonic() - started > 0.5
