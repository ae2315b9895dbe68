"""Memory that is a file as well: a chunk is read into it here, and a worker process finds it there.

So its bytes are moved once between the landed file and the worker, and held to the digest where they lie.
"""

import errno
import os
from mmap import mmap
from pathlib import Path


class Slots:
    """Files of a scratch folder, each mapped, and used again for one chunk after another."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._mapped: dict[int, mmap] = {}

    def path(self, number: int) -> Path:
        """The file of a slot."""
        return self._folder / f"lines-{number}"

    def lend(self, number: int, size: int) -> mmap:
        """The memory of a slot, at least `size` bytes; `OSError` where the disk has no room for it."""
        held = self._mapped.get(number)
        if held is None or len(held) < size:
            path = self.path(number)
            # Never cut: who looked into memory that a file no longer has would end the process.
            with path.open("r+b" if path.exists() else "w+b") as file:
                _reserve(file.fileno(), size)
                held = self._mapped[number] = mmap(file.fileno(), size)
        return held


def _reserve(handle: int, size: int) -> None:
    """Take the room on disk now: to write into mapped memory that has none would end the process."""
    try:
        os.posix_fallocate(handle, 0, size)
    except (AttributeError, OSError) as error:  # not on macOS, and not on every disk
        if isinstance(error, OSError) and error.errno not in (errno.EOPNOTSUPP, errno.ENOSYS):
            raise
        os.pwrite(handle, bytes(size), 0)
