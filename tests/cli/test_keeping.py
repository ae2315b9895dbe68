"""backup, restore, retention and delete, as an operator types them."""

import json
import shutil
from pathlib import Path

import pytest

from flows.weekly import weekly
from rampart.cli.exits import Exit
from simulator.season import Season, due
from simulator.without_prefect import without_prefect
from tests.cli.conftest import Rampart

RIGHTS = "      rights: {delete_by: 2026-03-31}\n"


@pytest.fixture
def judged(season: Season) -> Season:
    """A season of one judged week."""
    season.agree(amendment=RIGHTS)
    season.deliver(1)
    with without_prefect():
        weekly(due(1))
    return season


def test_a_backup_is_taken_listed_checked_and_restored(
    rampart: Rampart, judged: Season, tmp_path: Path
) -> None:
    place = tmp_path / "backup"
    before, stored = judged.export(), judged.stored()
    taken = rampart("backup", place)
    assert (taken.code, "the pseudonym key is not in this backup" in taken.err) == (Exit.OK, True)
    listed, checked = rampart("backup", place, "--list"), rampart("backup", place, "--check")
    assert "without the pseudonym key" in listed.out
    assert "every digest holds" in checked.out
    judged.agree("south")  # since the backup
    refused = rampart("restore", place)
    assert (refused.code, "not empty" in refused.err) == (Exit.LEDGER, True)
    shutil.rmtree(judged.home)
    restored = rampart("restore", place)
    assert (restored.code, "every invariant holds" in restored.out) == (Exit.OK, True)
    assert "there is no pseudonym key here yet" in restored.err
    assert (judged.export(), judged.stored()) == (before, stored)


def test_the_key_is_copied_only_when_asked_for(rampart: Rampart, judged: Season, tmp_path: Path) -> None:
    place, key = tmp_path / "backup", (judged.home / "pseudonym.key").read_bytes()
    assert "whoever can read it" in rampart("backup", place, "--with-key").err
    shutil.rmtree(judged.home)
    assert rampart("restore", place).code == Exit.OK
    path = judged.home / "pseudonym.key"
    assert (path.read_bytes().strip(), path.stat().st_mode & 0o777) == (key.strip(), 0o600)


def test_a_flipped_byte_is_found_by_check(rampart: Rampart, judged: Season, tmp_path: Path) -> None:
    place = tmp_path / "backup"
    rampart("backup", place)
    digest = next(sha for key, sha in judged.stored().items() if key.startswith("landed/"))
    (place / "objects" / "sha256" / digest[:2] / digest).write_bytes(b"tampered")
    checked = rampart("backup", place, "--check")
    assert (checked.code, "its digest differs" in checked.err) == (Exit.VIOLATED, True)


def test_what_is_overdue_is_listed_deleted_and_certified(rampart: Rampart, judged: Season) -> None:
    late = ("--as-of", "2026-04-02T00:00Z")
    (duty,) = json.loads(rampart("retention", *late, "--json").out)
    assert (duty["weeks"], duty["delete_by"], duty["overdue"]) == ([1], "2026-03-31", True)
    assert "overdue by 2 days" in rampart("retention", *late).out
    order = ("delete", "dc-north", "--by", "A. Lead", "--reason", "rights.delete_by", *late)
    stored = judged.stored()
    shown = rampart(*order)
    assert (shown.code, "Add --yes to do it" in shown.out, judged.stored()) == (Exit.OK, True, stored)
    done = rampart(*order, "--yes")
    (event,) = judged.events("data.deleted")
    assert (done.code, event["certificate"] in done.out, event["sha256"] in done.out) == (Exit.OK, True, True)
    assert "Nothing to delete" in rampart(*order, "--yes").out
    report = json.loads(rampart("verify", "--json").out)
    assert (report["ok"], report["notices"], report["orphans"]) == (True, [], [])
    assert json.loads(rampart("retention", *late, "--json").out) == []


def test_verify_tells_orphans_and_still_succeeds(rampart: Rampart, judged: Season) -> None:
    (judged.home / "store" / "landed" / "left").write_bytes(b"by a crash")
    said = rampart("verify")
    assert (said.code, "1 objects (10 bytes) are named by nothing: landed/left" in said.err) == (
        Exit.OK,
        True,
    )
    assert json.loads(rampart("verify", "--json").out)["orphans"] == [{"key": "landed/left", "bytes": 10}]
