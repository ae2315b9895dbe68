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


def test_a_part_of_another_size_is_named_with_what_to_do_and_then_mended(
    rampart: Rampart, judged: Season, tmp_path: Path
) -> None:
    place = tmp_path / "backup"
    rampart("backup", place)
    digest = next(sha for key, sha in judged.stored().items() if key.startswith("landed/"))
    part = place / "objects" / "sha256" / digest[:2] / digest
    part.write_bytes(b"cut")
    refused = rampart("backup", place)
    assert refused.code == Exit.REFUSED
    assert f"{part.as_uri()}: this part of the backups there is damaged: it has 3 bytes" in refused.err
    assert "Fix: remove it, then run the backup again" in refused.err
    part.unlink()
    assert rampart("backup", place).code == Exit.OK
    first = sorted((place / "manifests").iterdir())[0].stem
    assert rampart("backup", place, "--check", "--id", first).code == Exit.OK


def test_a_backup_says_what_it_did_not_read_again(rampart: Rampart, judged: Season, tmp_path: Path) -> None:
    place = tmp_path / "backup"
    assert "not read again" not in rampart("backup", place).out
    digest = next(sha for key, sha in judged.stored().items() if key.startswith("landed/"))
    part = place / "objects" / "sha256" / digest[:2] / digest
    part.write_bytes(part.read_bytes().replace(b"0", b"1"))
    again = rampart("backup", place)
    assert (again.code, "told by their size and not read again" in again.out) == (Exit.OK, True)
    assert "`rampart backup TO --check` reads them" in again.out
    assert rampart("backup", place, "--check").code == Exit.VIOLATED


def test_a_damaged_manifest_is_marked_in_the_list_and_the_others_are_listed(
    rampart: Rampart, judged: Season, tmp_path: Path
) -> None:
    place = tmp_path / "backup"
    rampart("backup", place)
    judged.agree("south")
    (first,) = (place / "manifests").iterdir()
    rampart("backup", place)
    first.write_text("{}")
    listed = rampart("backup", place, "--list")
    lines = sorted(listed.out.splitlines(), key=lambda line: "damaged" in line)
    assert (listed.code, len(lines)) == (Exit.VIOLATED, 2)
    assert "rows of the books" in lines[0]
    assert lines[1] == f"{first.stem}  damaged"
    assert f"backup {first.stem}: the manifest cannot be read" in listed.err


def test_looking_for_backups_makes_no_folder_and_says_that_there_are_none(
    rampart: Rampart, tmp_path: Path
) -> None:
    listed = rampart("backup", tmp_path / "typo", "--list")
    assert (listed.code, listed.out) == (Exit.FAILED, "")
    assert f"{tmp_path / 'typo'}: there is no backup. Fix: check the address" in listed.err
    assert rampart("backup", tmp_path / "typo", "--check").code == Exit.REFUSED
    assert rampart("restore", tmp_path / "typo").code == Exit.REFUSED
    assert not (tmp_path / "typo").exists()


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


@pytest.mark.usefixtures("flows_can_run")
@pytest.mark.parametrize("form", [(), ("--json",)])
def test_a_backfill_of_a_deleted_week_says_so_and_books_no_refusal(
    rampart: Rampart, judged: Season, form: tuple[str, ...]
) -> None:
    assert rampart("delete", "dc-north", "--by", "Ada", "--reason", "asked to", "--yes").code == Exit.OK
    before = judged.export()
    ended = rampart("backfill", "dc-north", "--weeks", 1, *form)
    assert (ended.code, "were deleted" in ended.out) == (Exit.REFUSED, True)
    assert judged.export() == before
