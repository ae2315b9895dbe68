"""Waiting for a training: asked often at first, then every half minute, and not for ever."""

import time
from collections.abc import Callable

from rampart.retrain.backend import Backend, Job, TrainingResult

FIRST_S, LONGEST_S = 0.1, 30.0  # pauses: a linear model takes seconds, a transformer hours
GROWTH = 1.5
A_DAY_S = 86_400.0


class StillTrainingError(ValueError):
    """The training goes on, but nobody waits for it any longer."""


def awaited(
    backend: Backend, job: Job, timeout_s: float, sleep: Callable[[float], None] = time.sleep
) -> TrainingResult:
    """The result of `job`, once it is done.

    Raises:
        StillTrainingError: after `timeout_s`; the training is left alone, and a rerun finds it.
        ValueError: it failed; the error says how.
    """
    until, pause_s = time.monotonic() + timeout_s, FIRST_S
    while backend.poll(job) == "running":
        left_s = until - time.monotonic()
        if left_s <= 0:
            raise StillTrainingError(
                f"run {job.run_id} of backend {job.backend!r} still trains after {timeout_s:g} s; run again "
                "to wait for the same training, and raise RAMPART_TRAIN_TIMEOUT_S if it takes this long"
            )
        sleep(min(pause_s, left_s))
        pause_s = min(pause_s * GROWTH, LONGEST_S)
    return backend.collect(job)
