"""Ways to break the books' database at a chosen statement of a run, in this process."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from sqlalchemy import Connection, Engine, event

from simulator.servers.postgresql import PostgreSql

Break = Callable[[Connection], None]


def restart(server: PostgreSql) -> Break:
    """The server is stopped at once and started again."""
    return lambda _connection: server.restart()


def cut_off(server: PostgreSql) -> Break:
    """The server ends this one connection, as an administrator or a failing network would."""

    def end(connection: Connection) -> None:
        pid = connection.connection.dbapi_connection.info.backend_pid  # type: ignore[union-attr]
        with psycopg.connect(f"host=127.0.0.1 port={server.port} user=postgres", autocommit=True) as other:
            other.execute("SELECT pg_terminate_backend(%s, 5000)", (pid,))

    return end


def lose_answer(connection: Connection) -> None:
    """What was asked for is committed, and the connection is gone before anybody can say so."""
    raw: Any = connection.connection.dbapi_connection
    raw.commit()
    raw.close()


@contextmanager
def broken_at(statement: str, how: Break, times: int = 1) -> Iterator[Callable[[], int]]:
    """Within the block the database breaks when a statement that starts so is about to be sent.

    ``COMMIT`` is that of a transaction that has written a settlement's money. Gives how often it has broken.
    """
    struck = 0
    with_money: set[int] = set()  # connections whose transaction has written money

    def break_it(connection: Connection) -> None:
        nonlocal struck
        if struck < times:
            struck += 1
            how(connection)

    def before_statement(connection: Connection, _cursor: object, words: str, *_: object) -> None:
        if words.startswith("INSERT INTO batch_money"):
            with_money.add(id(connection))
        if statement != "COMMIT" and words.startswith(statement):
            break_it(connection)

    def before_commit(connection: Connection) -> None:
        if id(connection) in with_money:
            with_money.discard(id(connection))
            if statement == "COMMIT":
                break_it(connection)

    def forgotten(connection: Connection) -> None:
        with_money.discard(id(connection))

    listeners: tuple[tuple[str, Callable[..., None]], ...] = (
        ("before_cursor_execute", before_statement),
        ("commit", before_commit),
        ("rollback", forgotten),
    )
    for name, listener in listeners:
        event.listen(Engine, name, listener)
    try:
        yield lambda: struck
    finally:
        for name, listener in listeners:
            event.remove(Engine, name, listener)
