"""What a run does to the world outside it, effect by effect, and the kill at one of them."""

import os
import re
import signal
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Literal

Moment = Literal["before", "half", "after"]
OURS = Path(__file__).parents[2]
# Rooms whose functions name a step; how a transaction or a workspace is opened says nothing about the work.
ROOMS = ("flows", "tasks", "rampart/ledger", "rampart/delivery", "rampart/retrain")
DIGEST = re.compile(r"([0-9a-f]{12})[0-9a-f]{4,52}")
PLUMBING = ("rampart/ledger/engine.py", "tasks/workspace.py:workspace")


@dataclass(frozen=True)
class Effect:
    """One change to the outside, at one of its moments.

    `what` is the statement, file operation or upload; `steps` are our public functions on the stack, the
    outermost first.
    """

    what: str
    moment: Moment
    steps: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.moment} {self.what} [{' > '.join(self.steps[-2:])}]"


@dataclass
class Watch:
    """Counts the effects of this process, and kills it at number `kill_at` (from 1; None: never).

    `last_words` is told which effect it is, just before the kill.
    """

    kill_at: int | None = None
    last_words: Callable[[Effect], None] = lambda _: None
    seen: list[Effect] = field(default_factory=list)
    on: bool = True
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def reached(self, what: str, moment: Moment, half: Callable[[], object] = lambda: None) -> None:
        """This effect is at this moment. `half` does a part of it and is called only before a kill."""
        if not self.on:
            return
        with self._lock:
            self.seen.append(Effect(what, moment, _steps()))
            if len(self.seen) == self.kill_at:
                self.last_words(self.seen[-1])
                half()
                os.kill(os.getpid(), signal.SIGKILL)


def readable(place: str) -> str:
    """A path or key as people read it: of a digest the first twelve digits."""
    return DIGEST.sub(r"\1…", place)


def _steps() -> tuple[str, ...]:
    # Uploads run in threads of boto3's; what they are part of is what the main thread waits for.
    frame = sys._current_frames()[threading.main_thread().ident or 0]
    names: list[str] = []
    at: FrameType | None = frame
    while at is not None:
        name = at.f_code.co_name
        if _is_step(name, at.f_code.co_filename) and name not in names:
            names.append(name)
        at = at.f_back
    return tuple(reversed(names))


@cache
def _is_step(name: str, file: str) -> bool:
    if not Path(file).is_relative_to(OURS) or name.startswith(("_", "<")):
        return False
    place = Path(file).relative_to(OURS).as_posix()
    return place.startswith(ROOMS) and place not in PLUMBING and f"{place}:{name}" not in PLUMBING
