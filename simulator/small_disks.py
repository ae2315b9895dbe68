"""A file system of its own that fills up, in memory; only root may mount one."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_PAGE = 4096  # bytes; what a small file takes in memory


class NoMountError(Exception):
    """This process may not mount a file system."""


@dataclass(frozen=True)
class SmallDisk:
    """A mounted file system."""

    path: Path

    @property
    def free(self) -> int:
        """Bytes that can still be written."""
        about = os.statvfs(self.path)
        return about.f_bavail * about.f_frsize

    @contextmanager
    def filled(self, free: int) -> Iterator[None]:
        """Within the block, only about `free` bytes can still be written: whole pages of 4 kB."""
        ballast = self.path / "ballast"
        ballast.write_bytes(bytes(max(0, self.free - free) // _PAGE * _PAGE))
        try:
            yield
        finally:
            ballast.unlink()


@contextmanager
def small_disk(path: Path, megabytes: int = 16) -> Iterator[SmallDisk]:
    """A file system of this size at the new folder `path`, unmounted at the end.

    Raises `NoMountError` where that is not allowed.
    """
    path.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(path)]
    try:
        subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 (our own command line)
    except (OSError, subprocess.CalledProcessError) as error:
        raise NoMountError(f"no small file system can be mounted here: {error}") from error
    try:
        yield SmallDisk(path)
    finally:
        subprocess.run(["umount", "-l", str(path)], check=True)  # noqa: S603, S607 (our own command line)
