"""Backups: what they hold, that they add up, and that none is valid before it is whole."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO

import pytest
from sqlalchemy import Engine

from rampart.delivery.errors import DeliveryError
from rampart.delivery.local_store import LocalStore
from rampart.ledger.backup.manifest import backups, open_backup
from rampart.ledger.backup.restore import problems
from rampart.ledger.backup.take import take_backup
from simulator.season import Season

NOW = datetime(2026, 2, 1, 12, tzinfo=UTC)


@pytest.fixture
def target(tmp_path: Path) -> LocalStore:
    return LocalStore(tmp_path / "backup")


def test_a_backup_holds_every_table_and_every_object_once(
    season: Season, books: Engine, kept: LocalStore, target: LocalStore
) -> None:
    taken = take_backup(books, kept, target, NOW)
    assert {one.key: one.sha256 for one in taken.manifest.objects} == season.stored()
    rows = {part.table: part.rows for part in taken.manifest.tables}
    books_now = season.export()
    assert rows["contract_version"] == 2
    assert (rows["batch"], rows["ledger_event"]) == (len(books_now["batches"]), len(books_now["events"]))
    assert (taken.manifest.absent, taken.manifest.damaged, taken.manifest.pseudonym_key) == ((), (), None)
    assert open_backup(target) == taken.manifest
    assert list(problems(target, taken.manifest)) == []
    key = (season.home / "pseudonym.key").read_bytes()
    assert all(key not in target.get(info.key) for info in target.list("")), "no copy of the secret"


def test_a_second_backup_copies_and_reads_only_what_is_new(
    books: Engine, kept: LocalStore, target: LocalStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = take_backup(books, kept, target, NOW)
    kept.put_once("work-orders/small/week-03.jsonl", b"sent out since")
    opened: list[str] = []
    really = LocalStore.open

    def noted(self: LocalStore, key: str) -> BinaryIO:
        opened.append(self.uri(key))
        return really(self, key)

    monkeypatch.setattr(LocalStore, "open", noted)
    second = take_backup(books, kept, target, NOW + timedelta(days=1))
    assert second.copied_objects == 1
    read = [uri for uri in opened if "/home/store/" in uri and "/deliveries/" not in uri]
    assert [uri.rsplit("/", 1)[-1] for uri in read] == ["week-03.jsonl"]
    assert backups(target) == (first.manifest.id, second.manifest.id), "the older one is still there"
    assert list(problems(target, open_backup(target, first.manifest.id))) == []


def test_another_store_with_the_same_keys_is_read_anew(
    books: Engine, kept: LocalStore, target: LocalStore, tmp_path: Path
) -> None:
    kept.put_once("work-orders/small/week-03.jsonl", b"one thing")
    take_backup(books, kept, target, NOW)
    other = LocalStore(tmp_path / "other")
    other.put_once("work-orders/small/week-03.jsonl", b"otherwise")  # as long as the first
    taken = take_backup(books, other, target, NOW + timedelta(days=1)).manifest
    assert [one.bytes for one in taken.objects] == [9]
    assert (
        target.get(f"objects/sha256/{taken.objects[0].sha256[:2]}/{taken.objects[0].sha256}") == b"otherwise"
    )


@pytest.mark.parametrize("at", [0, 3, 20, -1])
def test_a_killed_backup_is_no_backup_and_the_next_one_uses_what_it_copied(
    books: Engine, kept: LocalStore, target: LocalStore, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    writes = killing(monkeypatch, at, "backup")
    with pytest.raises(KeyboardInterrupt):
        take_backup(books, kept, target, NOW)
    assert backups(target) == ()
    with pytest.raises(DeliveryError, match="no such backup"):
        open_backup(target)
    monkeypatch.undo()
    taken = take_backup(books, kept, target, NOW)
    every = {part.sha256 for part in taken.manifest.tables}
    every |= {one.sha256 for one in taken.manifest.objects}
    assert taken.copied_objects == len(every) - len(writes)
    assert list(problems(target, open_backup(target))) == []


def killing(patched: pytest.MonkeyPatch, at: int, root: str) -> list[str]:
    """Stop at write number `at` below `root`, -1: at the manifest; gives the keys written until then."""
    written: list[str] = []
    file, data = LocalStore.put_file_once, LocalStore.put_once

    def put_file_once(self: LocalStore, key: str, path: Path) -> None:
        if f"/{root}/" in self.uri(key):
            if len(written) == at:
                raise KeyboardInterrupt
            written.append(key)
        file(self, key, path)

    def put_once(self: LocalStore, key: str, content: bytes) -> None:
        if key.startswith("manifests/"):
            raise KeyboardInterrupt
        data(self, key, content)

    patched.setattr(LocalStore, "put_file_once", put_file_once)
    patched.setattr(LocalStore, "put_once", put_once)
    return written


def test_a_backup_says_what_is_missing_or_damaged_in_its_original(
    season: Season, books: Engine, kept: LocalStore, target: LocalStore
) -> None:
    landed = [key for key in season.stored() if key.startswith("landed/")]
    (season.home / "store" / landed[0]).unlink()
    (season.home / "store" / landed[1]).write_bytes(b"overwritten")
    taken = take_backup(books, kept, target, NOW)
    assert (taken.manifest.absent, taken.manifest.damaged) == ((landed[0],), (landed[1],))
    assert list(problems(target, taken.manifest)) == [], "the backup itself is whole"


@pytest.mark.parametrize("inside", ["store/backup", "."])
def test_a_backup_may_lie_neither_inside_the_store_nor_around_it(
    season: Season, books: Engine, kept: LocalStore, inside: str
) -> None:
    with pytest.raises(DeliveryError, match="inside the"):
        take_backup(books, kept, LocalStore(season.home / inside), NOW)
