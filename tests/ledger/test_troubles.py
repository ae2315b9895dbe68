"""Errors the databases really give, and the sentence for each."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.exc import OperationalError

from rampart.ledger.troubles import what_to_do


def locked(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "a.db")) as first, first:
        first.execute("BEGIN IMMEDIATE")
        with closing(sqlite3.connect(folder / "a.db", timeout=0)) as second:
            second.execute("BEGIN IMMEDIATE")


def full(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "a.db")) as books:
        books.execute("PRAGMA max_page_count = 2")
        books.execute("CREATE TABLE t (x)")
        books.execute("INSERT INTO t VALUES (zeroblob(100000))")


def read_only(folder: Path) -> None:
    sqlite3.connect(folder / "a.db").close()
    (folder / "a.db").touch()
    with closing(sqlite3.connect(f"file:{folder / 'a.db'}?mode=ro", uri=True)) as books:
        books.execute("CREATE TABLE t (x)")


def a_folder(folder: Path) -> None:
    sqlite3.connect(folder)


def no_database(folder: Path) -> None:
    (folder / "a.db").write_text("not a database, and long enough to be read as one" * 20)
    with closing(sqlite3.connect(folder / "a.db")) as books:
        books.execute("SELECT * FROM sqlite_master")


def refused(_folder: Path) -> None:
    psycopg.connect("host=127.0.0.1 port=1 user=nobody")


@pytest.mark.parametrize(
    ("broken", "means", "fix"),
    [
        (locked, "another process has been writing", "run the same command again"),
        (full, "disk that holds the books is full", "make room"),
        (read_only, "may only be read", "right to write the ledger file"),
        (a_folder, "cannot be opened", "RAMPART_HOME"),
        (no_database, "damaged or not a database", "restore the last backup"),
        (refused, "cannot be reached", "host and port in RAMPART_DATABASE_URL"),
    ],
)
def test_an_error_of_the_database_says_what_to_do(
    broken: Callable[[Path], None], means: str, fix: str, tmp_path: Path
) -> None:
    with pytest.raises((sqlite3.Error, psycopg.Error)) as error:
        broken(tmp_path)
    said = what_to_do(OperationalError("SELECT 1", {}, error.value))
    assert means in said.split("Fix:")[0]
    assert fix in said.split("Fix:")[1]
    assert "\n" not in said


@pytest.mark.parametrize(
    ("error", "means"),
    [
        (psycopg.errors.AdminShutdown("terminating connection"), "starting, stopping or was restarted"),
        (psycopg.errors.CannotConnectNow("the database system is starting up"), "starting, stopping"),
        (psycopg.errors.DiskFull("could not extend file"), "disk that holds the books is full"),
        (psycopg.errors.ReadOnlySqlTransaction("cannot execute INSERT"), "may only be read"),
        (psycopg.errors.InvalidCatalogName('database "x" does not exist'), "has no such database"),
        (psycopg.errors.InvalidPassword("password authentication failed"), "does not let this user in"),
        (psycopg.errors.TooManyConnections("sorry, too many clients already"), "no more connections"),
        (psycopg.OperationalError("server closed the connection unexpectedly"), "was restarted"),
        (psycopg.OperationalError("something nobody has seen"), "the ledger cannot be used"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_an_error_of_the_server_says_what_it_means(error: psycopg.Error, means: str) -> None:
    assert means in what_to_do(OperationalError("SELECT 1", {}, error))
