from pathlib import Path

import pytest

from rampart.delivery.errors import MissingObjectError
from rampart.delivery.local_store import LocalStore
from rampart.delivery.overlay_store import OverlayStore


@pytest.fixture
def base(tmp_path: Path) -> LocalStore:
    store = LocalStore(tmp_path / "base")
    store.put_once("a/1", b"base")
    return store


@pytest.fixture
def overlay(tmp_path: Path, base: LocalStore) -> OverlayStore:
    return OverlayStore(LocalStore(tmp_path / "scratch"), base)


def test_reads_go_through_to_the_base(overlay: OverlayStore, base: LocalStore) -> None:
    assert overlay.get("a/1") == b"base"
    assert overlay.exists("a/1")
    assert overlay.uri("a/1") == base.uri("a/1")
    with overlay.open("a/1") as stream:
        assert stream.read() == b"base"


def test_writes_never_reach_the_base(overlay: OverlayStore, base: LocalStore, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"three")
    overlay.put_once("a/2", b"two")
    overlay.put_file_once("a/3", file)
    assert (overlay.get("a/2"), overlay.get("a/3")) == (b"two", b"three")
    assert [info.key for info in base.list("")] == ["a/1"]


def test_both_stores_are_listed_as_one(overlay: OverlayStore) -> None:
    overlay.put_once("a/0", b"zero")
    overlay.put_once("b/1", b"other")
    assert [info.key for info in overlay.list("a/")] == ["a/0", "a/1"]


def test_what_was_tried_out_is_seen_before_what_is_there(overlay: OverlayStore) -> None:
    overlay.put_once("a/1", b"tried")
    assert overlay.get("a/1") == b"tried"
    assert [(info.key, info.bytes) for info in overlay.list("a/")] == [("a/1", 5)]


def test_what_neither_store_has_is_missing(overlay: OverlayStore) -> None:
    assert not overlay.exists("x")
    with pytest.raises(MissingObjectError):
        overlay.get("x")
