"""Restoring: the home is destroyed, the backup brings all of it back or refuses, naming what is wrong."""

import hashlib
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from flows.weekly import weekly
from rampart.delivery.errors import DeliveryError
from rampart.delivery.local_store import LocalStore
from rampart.ledger.backup.manifest import Manifest, open_backup
from rampart.ledger.backup.pool import pool_key
from rampart.ledger.backup.restore import problems, restore_backup
from rampart.ledger.backup.take import take_backup
from rampart.ledger.errors import LedgerError
from rampart.ledger.verify_all import verify_all
from rampart.settings import Settings
from simulator.season import Season, due
from simulator.without_prefect import without_prefect
from tests.ledger.backup.test_backup import NOW


@pytest.fixture
def backup(season: Season, kept: LocalStore, tmp_path: Path) -> LocalStore:
    """A backup of the season, on a disk of its own."""
    target = LocalStore(tmp_path / "backup")
    engine = season.books()
    take_backup(engine, kept, target, NOW)
    engine.dispose()
    return target


@pytest.fixture
def key(season: Season) -> Iterator[bytes]:
    """The pseudonym key, of which the operator kept a copy."""
    yield (season.home / "pseudonym.key").read_bytes()


def restore(backup: LocalStore, season: Season) -> None:
    restore_backup(backup, open_backup(backup), Settings().ledger_url, LocalStore(season.home / "store"))


def assert_in_order(season: Season) -> None:
    engine = season.books()
    report = verify_all(engine, LocalStore(season.home / "store"))
    engine.dispose()
    assert (report.violations, report.notices) == ((), ())


def next_round(season: Season) -> None:
    """Week 3 is delivered, judged, and trained on."""
    season.deliver(3)
    season.deliver(3, vendor="south")
    with without_prefect():
        assert [outcome.state for outcome in weekly(due(3))] == ["accepted", "accepted"]


def test_a_destroyed_home_comes_back_whole_and_the_next_round_is_as_if_nothing_had_happened(
    season: Season, backup: LocalStore, key: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, stored = season.export(), season.stored()
    untouched = Season(Path(shutil.copytree(season.home, tmp_path / "untouched")))
    shutil.rmtree(season.home)
    restore(backup, season)
    (season.home / "pseudonym.key").write_bytes(key)
    assert (season.export(), season.stored()) == (before, stored)
    assert_in_order(season)
    next_round(season)
    found = (season.export(), season.stored())
    assert_in_order(season)
    monkeypatch.setenv("RAMPART_HOME", str(untouched.home))
    next_round(untouched)
    assert found == (untouched.export(), untouched.stored())


@pytest.mark.parametrize("at", [0, 7, 25])
def test_an_interrupted_restore_leaves_no_books_and_is_finished_by_running_it_again(
    season: Season, backup: LocalStore, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    before, stored = season.export(), season.stored()
    shutil.rmtree(season.home)
    written: list[str] = []
    really = LocalStore.put_file_once

    def put_file_once(self: LocalStore, key: str, path: Path) -> None:
        if len(written) == at:
            raise KeyboardInterrupt
        written.append(key)
        really(self, key, path)

    with monkeypatch.context() as patched:
        patched.setattr(LocalStore, "put_file_once", put_file_once)
        with pytest.raises(KeyboardInterrupt):
            restore(backup, season)
    assert season.export()["events"] == []
    restore(backup, season)
    assert (season.export(), season.stored()) == (before, stored)
    restore(backup, season)  # and once more changes nothing
    assert (season.export(), season.stored()) == (before, stored)


def test_a_restore_that_stops_within_the_books_leaves_them_empty(
    season: Season, backup: LocalStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = season.export()
    shutil.rmtree(season.home)
    with monkeypatch.context() as patched:
        patched.setattr("rampart.ledger.backup.restore.migrate", lambda _: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            restore(backup, season)
    assert season.export()["contracts"] == []
    restore(backup, season)
    assert season.export() == before


def test_books_or_a_store_that_are_not_empty_are_refused(season: Season, backup: LocalStore) -> None:
    season.agree("west")
    with pytest.raises(LedgerError, match="not empty"):
        restore(backup, season)
    (season.home / "ledger.db").unlink()
    with pytest.raises(DeliveryError, match="the store is not empty: it holds 1 objects that are not in"):
        restore(backup, season)


def flip(path: Path) -> None:
    """Change one bit in the middle."""
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.chmod(0o644)
    path.write_bytes(data)


def parts(manifest: Manifest) -> dict[str, str]:
    """What a backup holds, by name → digest: a table, a landed file, a model, a contract."""
    held = {f"the table {part.table}": part.sha256 for part in manifest.tables if part.rows}
    return held | {one.key: one.sha256 for one in manifest.objects if one.bytes}


def test_one_flipped_bit_in_any_part_is_found_and_named(
    season: Season, backup: LocalStore, tmp_path: Path
) -> None:
    shutil.rmtree(season.home)
    manifest = open_backup(backup)
    for name, sha256 in parts(manifest).items():
        file = tmp_path / "backup" / pool_key(sha256)
        whole = file.read_bytes()
        flip(file)
        (said,) = {problem for problem in problems(backup, manifest) if name in problem}
        assert "its digest differs" in said
        file.write_bytes(whole)
    assert list(problems(backup, manifest)) == []


@pytest.mark.parametrize(
    "kind", ["landed/", "contracts/", "models/", "the table ledger_event", "the table batch"]
)
def test_a_tampered_backup_is_refused_naming_the_part_and_leaves_no_books(
    season: Season, backup: LocalStore, tmp_path: Path, kind: str
) -> None:
    shutil.rmtree(season.home)
    name, sha256 = next((n, s) for n, s in parts(open_backup(backup)).items() if n.startswith(kind))
    flip(tmp_path / "backup" / pool_key(sha256))
    with pytest.raises(DeliveryError, match="its digest differs") as refused:
        restore(backup, season)
    assert name in str(refused.value)
    assert season.export()["contracts"] == []


def test_a_part_that_is_gone_is_named(season: Season, backup: LocalStore, tmp_path: Path) -> None:
    shutil.rmtree(season.home)
    one = open_backup(backup).objects[0]
    (tmp_path / "backup" / pool_key(one.sha256)).unlink()
    with pytest.raises(DeliveryError, match=f"does not hold {one.key}"):
        restore(backup, season)


def test_a_tampered_manifest_is_refused(season: Season, backup: LocalStore, tmp_path: Path) -> None:
    (file,) = (tmp_path / "backup" / "manifests").iterdir()
    whole = file.read_bytes()
    for place in range(0, len(whole), len(whole) // 40):
        changed = bytearray(whole)
        changed[place] ^= 1
        file.write_bytes(changed)
        with pytest.raises(
            DeliveryError, match=r"the manifest (cannot be read|is not the one that was written)"
        ):
            open_backup(backup)
    file.write_bytes(whole)
    file.rename(file.with_name(file.name.replace("2026", "2027", 1)))
    with pytest.raises(DeliveryError, match="is not the one that was written"):
        open_backup(backup)
    assert season.home.exists()


def test_a_backup_of_a_newer_schema_is_refused(season: Season, backup: LocalStore, tmp_path: Path) -> None:
    newer = msgspec.structs.replace(open_backup(backup), schema="9999")
    with pytest.raises(LedgerError, match="has schema 9999"):
        restore_backup(backup, newer, f"sqlite:///{tmp_path / 'new.db'}", LocalStore(tmp_path / "new"))
    assert season.home.exists()


def test_a_backup_of_an_older_schema_comes_forward(season: Season, backup: LocalStore) -> None:
    before = season.export()
    shutil.rmtree(season.home)
    newest = open_backup(backup)
    (part,) = [part for part in newest.tables if part.table == "outbox"]
    since = (
        "attempts",
        "last_error",
        "next_try_at",
        "owner",
        "lease_until",
        "fence",
    )  # schema 0003's columns
    rows = map(json.loads, backup.get(pool_key(part.sha256)).splitlines())
    text = "".join(
        json.dumps({name: value for name, value in row.items() if name not in since}) + "\n" for row in rows
    ).encode()
    sha256 = hashlib.sha256(text).hexdigest()
    backup.put_once(pool_key(sha256), text)
    older = msgspec.structs.replace(part, bytes=len(text), sha256=sha256)
    tables = tuple(older if one is part else one for one in newest.tables)
    manifest = msgspec.structs.replace(newest, schema="0002", tables=tables)
    restore_backup(backup, manifest, Settings().ledger_url, LocalStore(season.home / "store"))
    assert season.export() == before
    assert_in_order(season)
