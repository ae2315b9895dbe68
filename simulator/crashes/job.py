"""What a child of the nursery is told to do, and what became of it."""

from collections.abc import Mapping
from dataclasses import dataclass

from simulator.crashes.effects import Effect
from simulator.crashes.state import State


@dataclass(frozen=True)
class Job:
    """What a child does, and when it dies.

    Args:
        environment: the settings of its home.
        commands: names of the commands to run, in order.
        kill_at: the number of the effect at which it is killed, from 1; None: none.
        kill_after_s: seconds after which it is killed from outside; None: never.
        reconcile: before the first command, let `reconcile` take up what a kill left, at that command's time.
        look: report the state of its home at the end.
        mutant: the mistake to put in, by name.
    """

    environment: Mapping[str, str]
    commands: tuple[str, ...]
    kill_at: int | None = None
    kill_after_s: float | None = None
    reconcile: bool = False
    look: bool = True
    mutant: str | None = None


@dataclass(frozen=True)
class Life:
    """What became of a child.

    `done` are the commands that ended, which took `seconds` together; `last` is the effect at which it was
    killed; `effects` and `state` are known of a child that ran to its end; `error` is the traceback of one
    that failed.
    """

    killed: bool
    done: tuple[str, ...]
    seconds: float = 0.0
    last: Effect | None = None
    effects: tuple[Effect, ...] = ()
    state: State | None = None
    error: str | None = None
