"""`rampart contract diff`, and the notes of `rampart contract check`."""

import json
from pathlib import Path
from typing import Any

import pytest

from rampart.cli.exits import Exit
from simulator.season import Season, amending, contract_text
from tests.cli.conftest import Rampart

LOOSE: dict[str, Any] = {"version": "1.1.0", "ceiling": 0.6, "min_duration_s": 5}
AMENDMENT = amending("ramp.phases.production", "gates", effective="2026-01-19")
AFTER_WEEK_2 = ("--as-of", "2026-01-20T00:00Z")


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    """A contract, and an amendment of it in force from week 2 on."""
    old, new = tmp_path / "old.odcs.yaml", tmp_path / "new file.odcs.yaml"
    old.write_text(contract_text())
    new.write_text(contract_text(**LOOSE, amendment=AMENDMENT))
    return old, new


def test_files_are_compared_clause_by_clause_and_past_weeks_named(
    rampart: Rampart, files: tuple[Path, Path]
) -> None:
    ended = rampart("contract", "diff", *files, *AFTER_WEEK_2)
    assert (ended.code, ended.err) == (0, "")
    lines = ended.out.splitlines()
    (ceiling,) = (number for number, line in enumerate(lines) if "discard ceiling" in line)
    (hasty,) = (number for number, line in enumerate(lines) if "min duration s" in line)
    assert ceiling < hasty
    assert "30 % → 60 %: looser (doubled)" in lines[ceiling]
    assert "4 s → 5 s: stricter (+25 %)" in lines[hasty]
    assert "1 looser, 1 stricter, 0 different" in ended.out
    assert "week 2 was already due; a verdict given stays." in ended.out
    assert f"rampart backfill dc-north --weeks 2 --terms '{files[1]}'" in ended.out


def test_versions_on_the_books_are_named_and_compared_in_json(rampart: Rampart, season: Season) -> None:
    season.agree()
    season.agree(**LOOSE, amendment=AMENDMENT)
    words = ("contract", "diff", "dc-north@1.0.0", "dc-north@1.1.0", "--json")
    found = json.loads(rampart(*words, "--as-of", "2027-01-01").out)
    assert (found["a"]["version"], found["b"]["version"], found["effective"]) == (
        "1.0.0",
        "1.1.0",
        "2026-01-19",
    )
    assert found["summary"] == {"looser": 1, "stricter": 1, "different": 0}
    assert [(each["address"], each["old"], each["new"], each["ratio"]) for each in found["clauses"]] == [
        ("ramp.phases.production.discard_ceiling", 0.3, 0.6, 2.0),
        ("gates.min_duration_s", 4.0, 5.0, 1.25),
    ]
    assert found["past_weeks"] == [2, 3]
    assert found["rejudge"] == ["rampart backfill dc-north --weeks 2-3 --under 1.1.0"]


@pytest.mark.parametrize(
    ("fail_on", "code"),
    [("none", Exit.OK), ("looser", Exit.DIFFERS), ("stricter", Exit.OK), ("any", Exit.DIFFERS)],
)
def test_a_pipeline_can_fail_on_what_is_looser(
    rampart: Rampart, tmp_path: Path, files: tuple[Path, Path], fail_on: str, code: Exit
) -> None:
    looser = tmp_path / "looser.odcs.yaml"
    looser.write_text(contract_text(ceiling=0.6))
    assert rampart("contract", "diff", files[0], looser, "--fail-on", fail_on).code == code


def test_the_same_terms_are_the_same(rampart: Rampart, files: tuple[Path, Path]) -> None:
    ended = rampart("contract", "diff", files[0], files[0], "--fail-on", "any")
    assert (ended.code, ended.out) == (0, "dc-north 1.0.0 and dc-north 1.0.0 have the same terms.\n")


def test_what_is_neither_a_file_nor_a_version_is_said(
    rampart: Rampart, season: Season, files: tuple[Path, Path]
) -> None:
    season.agree()
    ended = rampart("contract", "diff", files[0], "dc-north@9")
    assert (ended.code, "no version '9'" in ended.err, "there are: 1.0.0" in ended.err) == (6, True, True)
    ended = rampart("contract", "diff", files[0], "nowhere.yaml")
    assert (ended.code, "cannot be read" in ended.err) == (3, True)


def test_a_past_week_can_be_judged_only_by_a_file_or_a_version(
    rampart: Rampart, files: tuple[Path, Path]
) -> None:
    ended = rampart("backfill", "north", "--weeks", "1", "--under", "1.0.0", "--terms", files[0])
    assert (ended.code, "Fix: give one of them" in ended.err) == (2, True)


def test_registering_an_amendment_says_from_when_on(rampart: Rampart, files: tuple[Path, Path]) -> None:
    found = rampart("contract", "register", *files, "--as-of", "2026-01-06")
    assert found.out.splitlines() == [
        "dc-north 1.0.0 in force, looked for",
        "dc-north 1.1.0 in force from 2026-01-19, looked for",
    ]


def test_check_notes_what_nothing_judges_and_still_says_ok(rampart: Rampart, tmp_path: Path) -> None:
    file = tmp_path / "noted.odcs.yaml"
    text = contract_text().replace("status: active", "status: active\nprice: {priceCurrency: EUR}")
    file.write_text(f"{text}      rights: {{vendor_may_name_buyer: true}}\n")
    ended = rampart("contract", "check", file)
    assert ended.code == 0
    assert "note" in ended.out
    assert "recorded, not judged yet: rights.vendor_may_name_buyer" in ended.out
    found = json.loads(rampart("contract", "check", "--json", file).out)
    assert [note["field"] for note in found["files"][0]["notes"]] == [
        "rights.vendor_may_name_buyer",
        "price.priceCurrency",
    ]
