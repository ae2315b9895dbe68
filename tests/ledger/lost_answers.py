"""A connection that breaks at COMMIT: it may have happened or not, and whoever wrote cannot know."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal
from unittest.mock import patch

from sqlalchemy import Engine

When = Literal["before", "after"]


class Breaks:
    """Whether the commit that was to fail was reached."""

    happened = False


@contextmanager
def lost_answer(engine: Engine, when: When, number: int = 1) -> Iterator[Breaks]:
    """The answer to the `number`-th commit of the block is lost, `when` it was made or before it was."""
    dialect, driver = engine.dialect, engine.dialect.dbapi
    assert driver is not None
    commit, left, breaks = dialect.do_commit, [number], Breaks()

    def failing(connection: Any) -> None:
        left[0] -= 1
        if left[0] != 0:
            commit(connection)
            return
        breaks.happened = True
        if when == "after":
            commit(connection)
        else:
            dialect.do_rollback(connection)
        raise driver.OperationalError("server closed the connection unexpectedly")

    with patch.object(dialect, "do_commit", failing):
        yield breaks
