"""A full disk and folders without rights end a run with a sentence, and leave nothing torn."""

import multiprocessing
import os
import re
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from simulator.disturbance import Disturbed, Struck, disturbed
from simulator.small_disks import NoMountError, SmallDisk, small_disk
from simulator.stacks import Place, Stack, undisturbed

pytestmark = pytest.mark.slow

# The landed file takes three pages of 4 kB, and each of some 17 other objects at least one.
ROOM_IN_THE_STORE = (0, 4096, 16_384, 28_672, 49_152, 65_536)
# SQLite says "disk I/O error" where it cannot even make its log, and "full" where it cannot lengthen it.
ROOM_FOR_THE_BOOKS = (0, 8192, 32_768, 65_536)
NOBODY = 65534
LOCKED_FOLDERS = {"store": 0o500, "drop/north/week-01": 0o000, ".": 0o500}  # and the rights that are left


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    try:
        with small_disk(tmp_path / "disk") as mounted:
            yield mounted
    except NoMountError as error:
        pytest.skip(str(error))


def delivered(place: Place) -> Place:
    place.agree()
    place.deliver()
    return place


def full(disk: SmallDisk, free: int) -> AbstractContextManager[Struck]:
    @contextmanager
    def on_hand() -> Iterator[Struck]:
        with disk.filled(free):
            yield lambda: 1

    return on_hand()


def must_be_good(result: Disturbed) -> None:
    assert result.error or result.said, "the walk came through: the disk was not full enough"
    assert not result.unclean
    assert "space" in result.said or "full" in result.said
    assert result.torn == ()
    assert result.ending.differences(undisturbed(1)) == ()


@pytest.mark.parametrize("free", ROOM_IN_THE_STORE)
def test_a_store_without_room_is_named_and_the_next_run_ends_as_if_there_had_been_some(
    free: int, disk: SmallDisk, tmp_path: Path
) -> None:
    place = delivered(Stack().new_place(tmp_path / "home", RAMPART_STORE=str(disk.path / "store")))
    must_be_good(disturbed(place, lambda: full(disk, free), undisturbed(1)))


@pytest.mark.parametrize("free", ROOM_FOR_THE_BOOKS)
def test_books_without_room_are_named_and_the_next_run_ends_as_if_there_had_been_some(
    free: int, disk: SmallDisk, tmp_path: Path
) -> None:
    books = f"sqlite:///{disk.path / 'ledger.db'}"
    place = delivered(Stack().new_place(tmp_path / "home", RAMPART_DATABASE_URL=books))
    must_be_good(disturbed(place, lambda: full(disk, free), undisturbed(1)))


def test_no_room_for_temporary_files_is_named_and_costs_nothing(
    disk: SmallDisk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = delivered(Stack().new_place(tmp_path / "home"))
    monkeypatch.setattr("tempfile.tempdir", str(disk.path))
    result = disturbed(place, lambda: full(disk, 0), undisturbed(1))
    assert not result.unclean
    assert result.torn == ()
    assert result.ending.differences(undisturbed(1)) == ()


@pytest.fixture(scope="module")
def without_rights() -> dict[str, Disturbed]:
    """What came of walks in which a folder could not be used, by folder."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as child:
        return child.submit(_walks_without_rights).result()


@pytest.mark.parametrize("folder", LOCKED_FOLDERS)
def test_a_folder_without_rights_is_named_and_the_next_run_ends_as_if_there_had_been_some(
    folder: str, without_rights: dict[str, Disturbed]
) -> None:
    result = without_rights[folder]
    assert result.error or result.said, "the walk came through: the rights did not matter"
    assert not result.unclean
    assert re.search("may not use|readonly|unable to open", result.said)
    assert result.torn == ()
    assert result.ending.differences(undisturbed(1)) == ()


def _walks_without_rights() -> dict[str, Disturbed]:
    """In a child of its own, which gives root's rights away: root minds no modes."""
    undisturbed(1)  # loads everything; Python's own folders may be closed to others
    if os.getuid() == 0:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)
    return {folder: _walk_without_rights(folder, mode) for folder, mode in LOCKED_FOLDERS.items()}


def _walk_without_rights(folder: str, mode: int) -> Disturbed:
    @contextmanager
    def on_hand() -> Iterator[Struck]:
        path = place.home / folder
        before = path.stat().st_mode
        path.chmod(mode)
        try:
            yield lambda: 1
        finally:
            path.chmod(before)

    with TemporaryDirectory(prefix="rampart-without-rights-") as home:
        place = delivered(Stack().new_place(Path(home)))
        return disturbed(place, on_hand, undisturbed(1))
