"""A process that dies between two effects, without another process: a thousand times faster than a real kill.

An effect is a statement sent to the database, a commit, or an object published. At the chosen one the work is
interrupted, and whatever the dying code still tries in its `finally` blocks is refused too, as nothing of a
killed process runs on. Real kills are in `simulator.crashes`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from sqlalchemy import Engine, event

from rampart.delivery.local_store import LocalStore


class Interrupted(BaseException):
    """The process is gone. Not an `Exception`: no handler of ours may take it for an error."""


class Interruption:
    """Counts effects, and lets none through from number `at` on (from 0; None: lets all through)."""

    def __init__(self, at: int | None) -> None:
        self.at, self.seen = at, 0

    @property
    def happened(self) -> bool:
        """Was the work interrupted?"""
        return self.at is not None and self.seen > self.at

    def effect(self, *_: Any) -> None:
        """One effect is about to happen."""
        self.seen += 1
        if self.happened:
            raise Interrupted


@contextmanager
def interrupted(at: int | None) -> Iterator[Interruption]:
    """Run the block until effect number `at`; the block ends quietly there."""
    dying = Interruption(at)
    publish = LocalStore._link

    def publishing(store: LocalStore, *args: Any, **kwargs: Any) -> None:
        dying.effect()
        publish(store, *args, **kwargs)
        dying.effect()

    def statement(_connection: Any, _cursor: Any, text: str, *_: Any) -> None:
        if not text.startswith(("SELECT", "PRAGMA", "BEGIN")):
            dying.effect()

    event.listen(Engine, "before_cursor_execute", statement)
    event.listen(Engine, "commit", dying.effect)
    try:
        with patch.object(LocalStore, "_link", publishing):
            yield dying
    except Interrupted:
        pass
    finally:
        event.remove(Engine, "before_cursor_execute", statement)
        event.remove(Engine, "commit", dying.effect)
