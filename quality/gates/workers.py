"""Worker processes for pieces of deliveries: started when a large delivery comes, ended when none follows.

Starting one takes more than a second, for its imports; deliveries of one round use the same.
"""

import multiprocessing
import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from threading import Lock, Timer

import pyarrow as pa

IDLE_S = 20.0  # how long they wait for another delivery

_WORKER = {
    "POLARS_MAX_THREADS": "1",  # as many threads as cores in each would only wait for one another
    "RAYON_NUM_THREADS": "1",
    # What polars frees the next piece takes up again; giving it back at once cost a tenth of the time.
    "_RJEM_MALLOC_CONF": "dirty_decay_ms:5000,muzzy_decay_ms:5000",
    # The same of what Arrow and NumPy free, which then share one allocator.
    "ARROW_DEFAULT_MEMORY_POOL": "system",
    "MALLOC_MMAP_THRESHOLD_": str(1 << 30),
    "MALLOC_TRIM_THRESHOLD_": str(1 << 30),
}


class _Kept:
    """The pool of this process, who uses it, and when it goes."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._pool: ProcessPoolExecutor | None = None
        self._size = self._users = 0
        self._end: Timer | None = None

    def take(self, size: int) -> ProcessPoolExecutor:
        """A pool of `size` workers; one of another size that nobody uses is ended first."""
        with self._lock:
            if self._end:
                self._end.cancel()
            if self._pool and not self._users and (self._size != size or _is_broken(self._pool)):
                self._drop()
            if self._pool is None:
                self._pool, self._size = _started(size), size
            self._users += 1
            return self._pool

    def give_back(self, pool: ProcessPoolExecutor, broken: bool) -> None:
        """`pool` is not needed any more; one in which work goes on that nobody waits for is ended."""
        with self._lock:
            self._users -= 1
            if broken and pool is self._pool and not self._users:
                self._drop()
            elif not self._users:
                self._end = Timer(IDLE_S, self._end_idle)
                self._end.daemon = True
                self._end.start()

    def _end_idle(self) -> None:
        with self._lock:
            if not self._users:
                self._drop()

    def _drop(self) -> None:
        if self._pool:
            processes = list((self._pool._processes or {}).values())  # Python 3.14 has a method for this
            self._pool.shutdown(wait=False, cancel_futures=True)
            for process in processes:
                process.terminate()
            for process in processes:
                process.join()
        self._pool = None


_KEPT = _Kept()


@contextmanager
def worker_processes(size: int) -> Iterator[ProcessPoolExecutor]:
    """Processes with one thread each, for as long as the block runs; after an error in it they are ended."""
    pool, broken = _KEPT.take(size), True
    try:
        yield pool
        broken = False
    finally:
        # After an error there may be pieces under way that nobody waits for: they must not go on.
        _KEPT.give_back(pool, broken)


def _is_broken(pool: ProcessPoolExecutor) -> bool:
    """Has one of its workers ended while nobody used it?"""
    try:
        pool.submit(os.getpid)
    except BrokenProcessPool:
        return True
    return False


def _started(size: int) -> ProcessPoolExecutor:
    before = {name: os.environ.get(name) for name in _WORKER}
    os.environ.update(_WORKER)
    try:
        # Not forked: the libraries' threads would be lost half-way, and a fork copies all that is open.
        pool = ProcessPoolExecutor(size, multiprocessing.get_context("spawn"), _begin)
        for _ in range(size):
            pool.submit(os.getpid)  # a worker starts when there is work, with the environment of that moment
        return pool
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _begin() -> None:
    pa.set_cpu_count(1)
