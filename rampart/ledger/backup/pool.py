"""The bytes of all backups at one place, each once, under its digest: a second backup copies what is new."""

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, BinaryIO

from rampart.delivery.errors import DeliveryError, MissingObjectError, UnreadableFileError
from rampart.delivery.store import ObjectStore

FOLDER = "objects/sha256/"
_CHUNK = 1 << 20  # bytes
_DAMAGED = "restore another backup (--list shows them), or mend this object from another copy"


def pool_key(sha256: str) -> str:
    """Where bytes with this digest lie in a backup."""
    return f"{FOLDER}{sha256[:2]}/{sha256}"


class Pool:
    """The bytes held at a backup's address; `copied` counts what this run added, in bytes."""

    def __init__(self, place: ObjectStore) -> None:
        self._place = place
        self._held = {info.key: info.bytes for info in place.list(FOLDER)}
        self.copied_objects, self.copied_bytes = 0, 0

    def holds(self, sha256: str, size: int) -> bool:
        """Are these bytes here already?"""
        return self._held.get(pool_key(sha256)) == size

    def add(self, path: Path) -> tuple[str, int]:
        """Keep the file at `path`, unless its bytes are here; gives their SHA-256 and size.

        What is here is told by its size and not read. `UnreadableFileError` names a part of another size.
        """
        with path.open("rb") as source:
            sha256, size = copy_of(source)
        if (found := self._held.get(pool_key(sha256), size)) != size:
            raise UnreadableFileError(
                f"this part of the backups there is damaged: it has {found:,} bytes, expected {size:,}",
                self._place.uri(pool_key(sha256)),
                fix="remove it, then run the backup again: it is copied anew, for the older backups too",
            )
        if not self.holds(sha256, size):
            self._place.put_file_once(pool_key(sha256), path)
            self._held[pool_key(sha256)] = size
            self.copied_objects, self.copied_bytes = self.copied_objects + 1, self.copied_bytes + size
        return sha256, size

    def add_from(self, stream: BinaryIO) -> tuple[str, int]:
        """`add` with what is left in `stream`, through a temporary file, in bounded memory."""
        with tempfile.NamedTemporaryFile(prefix="rampart-backup-") as copy:
            copy_of(stream, copy.file)
            copy.flush()
            return self.add(Path(copy.name))


@contextmanager
def fetched(place: ObjectStore, what: str, sha256: str, size: int) -> Iterator[Path]:
    """A temporary copy of bytes of a backup, verified; `what` names them in an error.

    Raises:
        MissingObjectError: the backup does not hold them.
        UnreadableFileError: what it holds has another digest or size.
    """
    with tempfile.NamedTemporaryFile(prefix="rampart-restore-") as copy:
        try:
            with place.open(pool_key(sha256)) as stream:
                found = copy_of(stream, copy.file)
        except MissingObjectError as error:
            raise MissingObjectError(f"the backup does not hold {what}", error.file, fix=_DAMAGED) from error
        except UnreadableFileError as error:
            raise _damaged(what, place.uri(pool_key(sha256))) from error
        if found != (sha256, size):
            raise _damaged(what, place.uri(pool_key(sha256)))
        copy.flush()
        yield Path(copy.name)


def copy_of(source: BinaryIO, target: IO[bytes] | None = None) -> tuple[str, int]:
    """SHA-256 and size of what is left in `source`, written to `target` on the way if there is one."""
    digest, size = hashlib.sha256(), 0
    while chunk := source.read(_CHUNK):
        digest.update(chunk)
        size += len(chunk)
        if target is not None:
            target.write(chunk)
    return digest.hexdigest(), size


def _damaged(what: str, where: str) -> DeliveryError:
    problem = f"the backup's copy of {what} is not what was backed up: its digest differs"
    return UnreadableFileError(problem, where, fix=_DAMAGED)
