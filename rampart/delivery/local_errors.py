"""What the operating system says of a folder, as a sentence with its fix."""

import contextlib
import errno
from collections.abc import Iterator
from pathlib import Path

from rampart.delivery.errors import StoreTroubleError

_SAID = {
    errno.ENOSPC: ("the disk is full", "free some space there, then run again: nothing half-written is left"),
    errno.EDQUOT: ("this account's quota is used up", "free some space or raise the quota, then run again"),
    errno.EROFS: ("the file system is read-only", "mount it for writing, or set another folder"),
    errno.EACCES: ("this account may not use it", "give it read and write access to the folder"),
    errno.EPERM: ("this account may not use it", "give it read and write access to the folder"),
    errno.EFBIG: ("the file is larger than allowed here", "raise the limit (ulimit -f), then run again"),
    errno.EIO: ("the disk fails to read or write", "check the disk, then restore the folder from a backup"),
}


@contextlib.contextmanager
def explained(place: Path) -> Iterator[None]:
    """Turn errors that a person has to mend into `StoreTroubleError`; others pass as they are."""
    try:
        yield
    except OSError as error:
        if error.errno not in _SAID:
            raise
        problem, fix = _SAID[error.errno]
        raise StoreTroubleError(problem, str(error.filename or place), fix=fix) from error
