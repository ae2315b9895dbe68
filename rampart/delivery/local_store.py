"""A store in a local folder.

An object appears by a hard link from a finished, synced temporary file: `os.link` is atomic and refuses to
replace, which is exactly publish-once. A writer that is killed leaves at most a temporary file in a folder of
its own, which is no object and is never listed.
"""

import errno
import io
import os
import stat
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from rampart.delivery.errors import DeliveryError, MissingObjectError, StoreConflictError
from rampart.delivery.local_errors import explained
from rampart.delivery.local_reading import reader
from rampart.delivery.local_writing import Copy, make_folder, remove_unfinished, sync_folder, unfinished_copy
from rampart.delivery.store import (
    UNFINISHED,
    Content,
    KeyFor,
    ObjectInfo,
    checked_key,
    key_problem,
    sha256_of,
)

_ONE_NAME = "a file and a folder of one name cannot both be stored here"


class LocalStore:
    """Objects as files below `root`. The folder is created by the first write."""

    def __init__(self, root: Path) -> None:
        self._root = root.expanduser().absolute()

    def put_once(self, key: str, data: bytes) -> None:
        """Publish `data`; see `ObjectStore.put_once`."""
        self._publish(key, io.BytesIO(data))

    def put_file_once(self, key: str, path: Path) -> None:
        """Publish a copy of the file at `path`; see `ObjectStore.put_once`."""
        with path.open("rb") as source:
            self._publish(key, source)

    def put_stream_once(self, source: BinaryIO, key_for: KeyFor, expected: Content | None = None) -> Content:  # noqa: ARG002 (it helps only S3)
        """Publish a stream under the key its content decides; see `ObjectStore.put_stream_once`."""
        with unfinished_copy(self._root / UNFINISHED, source) as copy:
            self._link(key_for(copy.content), copy)
        return copy.content

    def get(self, key: str) -> bytes:
        """All bytes of an object."""
        with self.open(key) as stream:
            return stream.read()

    def open(self, key: str, checked: bool = True) -> BinaryIO:  # noqa: ARG002 (a folder knows no checksums)
        """A seekable stream over an object."""
        path = self._inside(key)
        try:
            # O_NONBLOCK: a named pipe in a drop folder must not hang the worker that looks at it.
            with explained(path):
                handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        except (FileNotFoundError, NotADirectoryError) as error:
            raise _missing(self.uri(key)) from error
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            os.close(handle)
            raise _missing(self.uri(key))
        return reader(handle)

    def exists(self, key: str) -> bool:
        """Is there a regular file under `key`?"""
        return self._inside(key).is_file()

    def list(self, prefix: str) -> tuple[ObjectInfo, ...]:
        """Objects whose key starts with `prefix`. Links to folders are not followed."""
        folder = prefix.rpartition("/")[0]
        start = self._inside(folder) if folder else self._root
        with explained(start):
            found = [self._info(path) for path in _files_below(start)]
        return tuple(sorted((o for o in found if o and o.key.startswith(prefix)), key=lambda o: o.key))

    def uri(self, key: str) -> str:
        """The object's ``file://`` address."""
        return (self._root / checked_key(key)).as_uri()

    def remove_leftovers(self, begun_before: datetime) -> int:
        """Remove files whose writer was killed; see `leftovers`."""
        return remove_unfinished(self._root / UNFINISHED, begun_before)

    def locked_until(self, key: str) -> datetime | None:
        """None: a folder locks nothing."""
        self._inside(key)
        return None

    def delete(self, key: str) -> bool:
        """Remove the file, and see to it that it stays removed after a power cut."""
        path = self._inside(key)
        path.unlink(missing_ok=True)
        if path.parent.is_dir():
            sync_folder(path.parent)
        return True

    def _info(self, path: Path) -> ObjectInfo | None:
        key = path.relative_to(self._root).as_posix()
        if key.startswith(f"{UNFINISHED}/"):
            return None
        try:
            about = (path if key_problem(key) else self._inside(key)).stat()
        except FileNotFoundError:  # removed meanwhile, or a link to nothing
            return None
        except OSError as error:
            if error.errno == errno.ELOOP:  # a link to itself leads to nothing either
                return None
            raise
        modified = datetime.fromtimestamp(about.st_mtime, UTC)
        return ObjectInfo(key, about.st_size, modified) if stat.S_ISREG(about.st_mode) else None

    def _inside(self, key: str) -> Path:
        path = self._root / checked_key(key)
        if key.split("/", maxsplit=1)[0] == UNFINISHED:
            raise DeliveryError(
                "this folder holds unfinished writes, not objects", file=key, fix="choose another key"
            )
        # Not Path.resolve(): for a link that leads to itself that raises RuntimeError, before Python 3.13.
        if not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(self._root)):
            raise DeliveryError(
                "a link on this path leads outside the store",
                file=str(path),
                fix="put a copy of the file in its place instead of the link",
            )
        return path

    def _publish(self, key: str, source: BinaryIO) -> None:
        target = self._inside(key)
        if target.exists():  # saves writing gigabytes only to be refused
            return self._check_same(key, target, sha256_of(source))
        with unfinished_copy(self._root / UNFINISHED, source) as copy:
            return self._link(key, copy)

    def _link(self, key: str, copy: Copy) -> None:
        target = self._inside(key)
        try:
            with explained(target):
                make_folder(target.parent)
        except (FileExistsError, NotADirectoryError) as error:
            raise self._conflict(key, _ONE_NAME) from error
        try:
            with explained(target):
                os.link(copy.path, target)
        except FileExistsError:
            return self._check_same(key, target, copy.content.sha256)
        sync_folder(target.parent)
        if target.stat().st_size != copy.content.bytes:
            raise self._conflict(key, "the file does not hold what was just written")
        return None

    def _check_same(self, key: str, target: Path, sha256: str) -> None:
        # Its writer may have been killed between its link and its sync.
        sync_folder(target.parent)
        try:
            with explained(target), target.open("rb") as stored:
                same = sha256_of(stored) == sha256
        except IsADirectoryError as error:
            raise self._conflict(key, _ONE_NAME) from error
        if not same:
            raise self._conflict(key, "other bytes are already published under this key")

    def _conflict(self, key: str, problem: str) -> StoreConflictError:
        fix = "published bytes never change; publish under a new key"
        return StoreConflictError(problem, self.uri(key), fix=fix)


def _files_below(start: Path) -> Iterator[Path]:
    def unreadable(error: OSError) -> None:
        # os.walk would skip a folder it may not read, and its files would silently be missing.
        if not isinstance(error, FileNotFoundError | NotADirectoryError):
            raise error

    for folder, _, names in os.walk(start, onerror=unreadable):
        yield from (Path(folder, name) for name in names)


def _missing(uri: str) -> MissingObjectError:
    return MissingObjectError("there is no such file", file=uri, fix="check the name and deliver the file")
