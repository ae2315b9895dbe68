"""What rows are read from: landed files, and the members of landed archives."""

import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from typing import IO, BinaryIO, cast

from rampart.delivery.archives import is_archive, looks_like_archive, open_archive
from rampart.delivery.compression import open_decompressed
from rampart.delivery.errors import UnreadableFileError
from rampart.delivery.globs import path_matches
from rampart.delivery.landed_stream import open_landed
from rampart.delivery.landing import LandedFile
from rampart.delivery.store import ObjectStore

_CHUNK = 1 << 20  # bytes
_IN_MEMORY = 8 << 20  # bytes of an archive; a larger one is spooled to disk


@dataclass(frozen=True)
class Part:
    """A landed file, or a member of one: then `file` has the member's name and the archive's bytes.

    `archive` is the name of the archive, None for a file of its own.
    """

    file: LandedFile
    archive: str | None
    open: Callable[[], BinaryIO]

    def is_meant_by(self, path: str) -> bool:
        """Does a contract's `path` mean this part? One that means an archive means all its members."""
        return path_matches(self.file.name, path) or (
            self.archive is not None and path_matches(self.archive, path)
        )


def parts_of(files: Iterable[LandedFile], store: ObjectStore, stack: ExitStack) -> Iterator[Part]:
    """Every part of `files`, in their order; archives stay open until `stack` is closed.

    An archive is read from its end, and not every store can seek: it is spooled to a temporary file first.
    Raises `UnreadableFileError` for an archive that cannot be read.
    """
    for file in files:
        if not is_archive(file.name):
            yield Part(file, None, partial(_open, store, file))
            continue
        archive = open_archive(_spooled(store, file, stack), file.bytes, file.name)
        for member in archive.members:
            inside = replace(file, name=f"{file.name}/{member.name}", rows=None)
            yield Part(inside, file.name, partial(archive.open, member))


def _open(store: ObjectStore, file: LandedFile) -> BinaryIO:
    text = open_decompressed(open_landed(store, file), file.name)
    if looks_like_archive(cast("IO[bytes]", text).peek(4)):  # type: ignore[attr-defined]  # a BufferedReader
        text.close()
        raise UnreadableFileError("this is a zip archive", file.name, fix="let its name end in .zip")
    return text


def _spooled(store: ObjectStore, file: LandedFile, stack: ExitStack) -> IO[bytes]:
    spool = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY, prefix="rampart-archive-")  # noqa: SIM115
    stack.enter_context(spool)  # closed with the reading, which comes back to it for every member
    with open_landed(store, file) as stream:
        while block := stream.read(_CHUNK):
            spool.write(block)
    return cast("IO[bytes]", spool)
