"""What is read into a slot is what a worker finds in its file."""

import errno
import os
from pathlib import Path

import pytest

from quality.gates.slots import Slots


def test_a_slot_holds_in_its_file_what_is_written_to_its_memory(tmp_path: Path) -> None:
    slots = Slots(tmp_path)
    slots.lend(2, 10)[:5] = b"first"
    assert slots.path(2).read_bytes() == b"first\0\0\0\0\0"


def test_a_slot_is_used_again_and_grows_where_more_is_asked_for(tmp_path: Path) -> None:
    slots = Slots(tmp_path)
    first = slots.lend(0, 8)
    assert slots.lend(0, 4) is first
    first[:] = b"as before"[:8]
    larger = slots.lend(0, 100_000)
    assert bytes(first) == b"as befor"
    larger[99_990:] = b"to the end"
    assert slots.path(0).read_bytes().endswith(b"to the end")


def test_a_disk_that_reserves_nothing_is_filled_instead(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: int) -> None:
        raise OSError(errno.EOPNOTSUPP, "not supported")

    monkeypatch.setattr(os, "posix_fallocate", refused, raising=False)
    slots = Slots(tmp_path)
    slots.lend(0, 100_000)[:3] = b"abc"
    assert slots.path(0).read_bytes() == b"abc".ljust(100_000, b"\0")


def test_a_disk_without_room_is_an_error_and_not_the_end_of_the_process(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r"(?i)space|large|memory|invalid"):
        Slots(tmp_path).lend(0, 1 << 62)
