"""Large files of a local disk are read whole and right, although they are forgotten behind the reader."""

import hashlib
import os
from itertools import pairwise
from pathlib import Path

import pytest

from rampart.delivery import local_reading
from rampart.delivery.local_store import LocalStore

DATA = bytes(range(251)) * 12_000  # 251 is prime: no stretch of a power of two repeats


@pytest.fixture
def forgotten(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """Every file of a megabyte is large; which stretches of it the system is told to forget."""
    told: list[tuple[int, int]] = []
    monkeypatch.setattr(local_reading, "LARGE", 1 << 20)
    monkeypatch.setattr(local_reading, "_EVERY", 1 << 18)
    monkeypatch.setattr(os, "posix_fadvise", lambda _handle, start, size, _advice: told.append((start, size)))
    return told


@pytest.mark.skipif(not hasattr(os, "posix_fadvise"), reason="this system takes no advice on its cache")
@pytest.mark.parametrize("at_once", [1, 1000, 1 << 20, -1])
def test_a_large_file_is_read_whole_and_forgotten_once(
    at_once: int, tmp_path: Path, forgotten: list[tuple[int, int]]
) -> None:
    store, digest = LocalStore(tmp_path), hashlib.sha256()
    store.put_once("a", DATA)
    forgotten.clear()
    with store.open("a") as stream:
        while part := stream.read(at_once):
            digest.update(part)
    assert digest.digest() == hashlib.sha256(DATA).digest()
    if at_once > 0:
        covered = sorted(one for one in forgotten if one[1])
        assert covered[0][0] == 0
        assert all(start + size == after for (start, size), (after, _) in pairwise(covered))
        assert sum(covered[-1]) == len(DATA)


@pytest.mark.skipif(not hasattr(os, "posix_fadvise"), reason="this system takes no advice on its cache")
def test_a_large_file_can_be_read_from_any_place_again(
    tmp_path: Path, forgotten: list[tuple[int, int]]
) -> None:
    store = LocalStore(tmp_path)
    store.put_once("a", DATA)
    with store.open("a") as stream:
        for place in (3_011_990, 0, 1_500_000, 2_000_000, 10):
            stream.seek(place)
            assert stream.read(700_000) == DATA[place : place + 700_000]
    assert all(start >= 0 for start, _ in forgotten)


def test_a_small_file_stays_in_the_cache(tmp_path: Path, forgotten: list[tuple[int, int]]) -> None:
    store = LocalStore(tmp_path)
    store.put_once("a", b"short")
    forgotten.clear()
    with store.open("a") as stream:
        assert stream.read() == b"short"
    assert forgotten == []
