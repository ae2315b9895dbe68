"""A delivery read and held against the record gates, piece by piece, in as many processes as there are cores.

No more than a few pieces are in memory at a time, whatever the delivery's size. What the gates that compare
records with each other say is another step (`quality.gates.comparing`).
"""

import pickle
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path

from quality.gates.pieces import Judging, PieceJudge, Room, judge_lines
from quality.gates.slots import Slots
from quality.gates.workers import worker_processes
from rampart.delivery.canonicalise import Canonical, Reading
from rampart.delivery.chunk_read import Told
from rampart.delivery.errors import NotReadyError
from rampart.delivery.landing import Landed
from rampart.delivery.readers.jsonl import Chunk, Lend, fresh_memory
from rampart.delivery.store import ObjectStore
from rampart.records.canonical import RECORD

WORTH_PROCESSES = 32 << 20  # bytes delivered; below, starting them takes longer than reading
_AHEAD = 1  # pieces ready for each worker beside the one it has

Submit = Callable[[Chunk, Room], "Future[Told]"]


@dataclass(frozen=True)
class ReadDelivery:
    """A delivery as read: `read` says what became of its files; its records lie in `rooms`, in order."""

    read: Canonical
    rooms: tuple[Room, ...]

    @property
    def records(self) -> int:
        """How many records were read."""
        return sum(file.records for file in self.read.files if file.role == "rows")


def read_and_judge(
    landed: Landed, judging: Judging, store: ObjectStore, scratch: Path, workers: int
) -> ReadDelivery:
    """Read every file of `landed`, and hold every record against the gates that look at it alone.

    Args:
        landed: the delivery.
        judging: the terms, the week, and what records are compared with besides.
        store: where the landed bytes are.
        scratch: an empty folder, which holds the records afterwards.
        workers: processes to use, at most.

    Raises what `Reading` does, and `NotReadyError` where a worker process was lost.
    """
    apart = workers >= 2 and sum(file.bytes for file in landed.files) >= WORTH_PROCESSES
    slots = Slots(scratch)
    rooms: list[Room] = []
    waiting: deque[tuple[int, Future[Told]]] = deque()
    most = workers * (1 + _AHEAD)

    def slot() -> int:
        return len(rooms) % (most + 1)  # that of the next piece: no worker has it any more

    lend: Lend = (lambda size: slots.lend(slot(), size)) if apart else fresh_memory
    reading = Reading(landed, judging.contract, store, judging.pseudonym_key, lend)
    here = cache(lambda: PieceJudge(judging))

    def taken() -> None:
        file, future = waiting.popleft()
        reading.took(file, future.result())

    with _apart(landed, judging, scratch, workers) if apart else nullcontext(_here(here)) as submit:
        for piece in reading.pieces():
            given, number = piece.given, len(rooms) + 1
            if isinstance(given, Chunk):
                rooms.append(Room(scratch, number, slots.path(slot()), len(given.data)))
                waiting.append((piece.file, submit(given, rooms[-1])))
            else:
                rooms.append(Room(scratch, number))
                waiting.append((piece.file, _done(partial(here().read, given, rooms[-1]))))
            while len(waiting) > most:
                taken()
        while waiting:
            taken()
    return ReadDelivery(reading.done(RECORD.empty_table()), tuple(rooms))


def _here(judge: Callable[[], PieceJudge]) -> Submit:
    return lambda chunk, room: _done(partial(judge().lines, chunk, room))


@contextmanager
def _apart(landed: Landed, judging: Judging, scratch: Path, workers: int) -> Iterator[Submit]:
    """Chunks are judged by worker processes, which find their lines in the slots."""
    told = scratch / "judging.pickle"
    # The key goes another way: what lies in a folder may be left there by a crash.
    told.write_bytes(pickle.dumps(replace(judging, pseudonym_key=b"")))
    with ExitStack() as started:
        pool = cache(lambda: started.enter_context(worker_processes(workers)))
        key = judging.pseudonym_key
        try:
            yield lambda chunk, room: pool().submit(judge_lines, told, key, replace(chunk, data=b""), room)
        except BrokenProcessPool as error:
            problem = "a worker process ended while it read the delivery, most likely for want of memory"
            fix = "run again with fewer of them (RAMPART_WORKERS)"
            raise NotReadyError(problem, landed.delivery_id, fix=fix) from error


def _done(work: Callable[[], Told]) -> "Future[Told]":
    """`work` done at once, as if it had been submitted."""
    future: Future[Told] = Future()
    future.set_result(work())
    return future
