"""Worker processes that start one job at the same instant, again and again, warm after the first."""

import multiprocessing
import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar
from unittest.mock import patch

WORKERS = 8
START_TIMEOUT_S = 300.0  # eight processes that load everything on a busy machine
_LOADED_ONCE = ["simulator.races", "great_expectations", "quality.gates.expectations"]
_ONE_THREAD = {"POLARS_MAX_THREADS": "1", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
T = TypeVar("T")
R = TypeVar("R")
_gates: list[threading.Barrier] = []  # in a worker: where it waits for the others


@dataclass(frozen=True)
class Crew:
    """`size` processes; see `crew`."""

    size: int
    pool: ProcessPoolExecutor

    def together(self, job: Callable[[T, int], R], on: T) -> tuple[R, ...]:
        """What `job(on, number)` gave in each worker, numbered from 0; all start at the same instant.

        `job` must be a function of a module, and raise nothing: the others would have to wait for the next.
        """
        return tuple(
            self.pool.map(_at_the_gate, *zip(*((job, on, n) for n in range(self.size)), strict=True))
        )


@contextmanager
def crew(size: int = WORKERS) -> Iterator[Crew]:
    """Workers that live as long as the block, forked from a process that has loaded all and run nothing."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_LOADED_ONCE)
    gate = context.Barrier(size)
    with (
        patch.dict(os.environ, _ONE_THREAD),
        ProcessPoolExecutor(size, mp_context=context, initializer=_meet_at, initargs=(gate,)) as pool,
    ):
        yield Crew(size, pool)


def _meet_at(gate: threading.Barrier) -> None:
    _gates.append(gate)


def _at_the_gate(job: Callable[[T, int], R], on: T, number: int) -> R:
    _gates[-1].wait(START_TIMEOUT_S)
    return job(on, number)
