"""One pass over a stream: read, hashed and written at the same time, in bounded memory.

Reading from a socket, SHA-256 and writing to a file all let go of Python's lock, so each has a thread.
"""

import hashlib
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import BinaryIO

from rampart.delivery.store import Content

CHUNK = 2 << 20  # bytes
# Chunks read, but not yet hashed and written: as much as a local file takes in between two syncs, so that
# reading goes on while the disk is waited for (from S3 to a folder 1.2 times the read, with 4 MB ahead 1.4).
_AHEAD = 16


def hashed_copy(source: BinaryIO, write: Callable[[bytes], object]) -> Content:
    """Give all that is left in `source` to `write`, chunk by chunk, and say what it was."""
    digest = hashlib.sha256()
    users: list[Callable[[bytes], object]] = [digest.update, write]
    first, chunk = source.read(CHUNK), source.read(CHUNK)
    for use in users:  # most objects are small, and need no threads
        use(first)
    size = len(first) + len(chunk)
    if chunk:
        size += _in_threads(source, chunk, users)
    return Content(digest.hexdigest(), size)


def _in_threads(source: BinaryIO, chunk: bytes, users: list[Callable[[bytes], object]]) -> int:
    """Give `chunk` and all that follows it in `source` to every user; returns the bytes that followed."""
    threads = [ThreadPoolExecutor(1) for _ in users]
    pending: deque[Future[object]] = deque()
    followed = 0
    try:
        while chunk:
            pending += [thread.submit(use, chunk) for thread, use in zip(threads, users, strict=True)]
            while len(pending) > _AHEAD * len(users):
                pending.popleft().result()
            chunk = source.read(CHUNK)
            followed += len(chunk)
        for future in pending:
            future.result()
    finally:
        for thread in threads:
            thread.shutdown(cancel_futures=True)
    return followed
