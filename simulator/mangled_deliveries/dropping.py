"""A fuzzed delivery put where landing finds it, and the temporary files of whoever reads it."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

from rampart.delivery.local_store import LocalStore
from rampart.delivery.store import ObjectStore
from simulator.mangled_deliveries.bucket import Bucket
from simulator.mangled_deliveries.case import Case

FOLDER = "week-01"


def dropped(case: Case, root: Path) -> ObjectStore:
    """A drop that holds `case` in its `FOLDER`."""
    if not case.in_folder:
        return cast(ObjectStore, Bucket({f"{FOLDER}/{name}": data for name, data in case.files.items()}))
    write_folder(case, root / FOLDER)
    return LocalStore(root)


def write_folder(case: Case, folder: Path) -> None:
    """Write the delivery's files, and what else stands beside them, below `folder`."""
    folder.mkdir(parents=True)
    for name, data in case.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    for name, what in case.odd.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        _put_oddly(path, what)


def _put_oddly(path: Path, what: str) -> None:
    match what:
        case "link outside":
            path.symlink_to("/etc/hostname")
        case "link to nothing":
            path.symlink_to("nothing")
        case "link to itself":
            path.symlink_to(path.name)
        case "pipe":
            os.mkfifo(path)
        case _:
            path.mkdir()


@contextmanager
def temporary_files(folder: Path) -> Iterator[list[str]]:
    """Let temporary files be made in `folder`; the list then names those that were left behind."""
    folder.mkdir(parents=True)
    before, left = tempfile.tempdir, list[str]()
    tempfile.tempdir = str(folder)
    try:
        yield left
    finally:
        tempfile.tempdir = before
        left += sorted(path.name for path in folder.iterdir())
