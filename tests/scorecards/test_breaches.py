"""The breach log, and the evidence file: whole, the same each time, checkable without Rampart, and quiet."""

import io
import json
import subprocess
import sys
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest

from tests import embedded_prefect  # first: Prefect reads its environment when it is imported

# isort: split
from flows.weekly import weekly
from rampart.cli.exits import Exit
from rampart.delivery.local_store import LocalStore
from rampart.ledger.errors import LedgerError
from rampart.ledger.evidence_file.contents import told
from rampart.ledger.evidence_file.sealed import sealed
from simulator.season import Season, due, week_rows
from simulator.without_prefect import without_prefect
from tasks.breaches import NO_TERM, breach_log, clause_text, evidence_file
from tasks.dispute import rule, take_dispute
from tasks.evidence import resolve
from tasks.workspace import Workspace, current_terms
from tests.cli.conftest import Rampart, rampart
from tests.dashboard.markup import Page
from tests.ledger.deletion.deleting import delete
from tests.ledger.judged_season import settings_of

__all__ = ["embedded_prefect", "rampart"]
FORMULA = "=cmd|' /C calc'!A0"


@pytest.fixture(scope="module")
def played_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Week 1 is above its ceiling and replaced by one that is too; week 2 is fine; week 3 does not come."""
    home = tmp_path_factory.mktemp("breached") / "home"
    with pytest.MonkeyPatch.context() as patched, without_prefect():
        played = settings_of(home, patched)
        played.agree(ceiling=0.05)
        bad = week_rows("north", 1, hasty=12)
        bad[0]["id"] = FORMULA
        first = played.deliver(1, bad)
        weekly(due(1))
        played.deliver(1, week_rows("north", 1, hasty=10), replaces=first)
        weekly(due(1) + timedelta(hours=1))
        played.deliver(2, week_rows("north", 2, hasty=0))
        weekly(due(2))
        weekly(due(3) + timedelta(days=2))
    return home


@pytest.fixture
def contested(place: Workspace) -> None:
    """The vendor contests two discards of the second delivery, and Ada upholds them."""
    claim = "".join(json.dumps({"record_id": f"north-1-{n}", "claim": "we disagree"}) + "\n" for n in (0, 1))
    taken = take_dispute(place, "dc-north", 1, claim.encode(), "claims.jsonl", due(2))
    rule(place, "dc-north", 1, taken.dispute_id, "upheld", "Ada", "Under a second each.", due(2))


def unpacked(data: bytes, folder: Path) -> Path:
    zipfile.ZipFile(io.BytesIO(data)).extractall(folder)
    return folder


def checked(folder: Path) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-I", "check.py"], cwd=folder, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.usefixtures("contested")
def test_every_failed_clause_of_every_judgement_is_logged_with_what_came_of_it(place: Workspace) -> None:
    log = [told(one) for one in breach_log(place, "dc-north")]
    assert [(one["week"], one["revision"], one["metric"]) for one in log] == [
        (1, 1, "discard_rate"),
        (1, 2, "discard_rate"),
        (3, 1, "late_delivery"),
    ]
    replaced, standing, late = log
    assert replaced["state"] == "superseded"
    assert replaced["observed"] == 12 / 40
    assert replaced["disputes"] == []
    assert standing["clause"] == "ramp.phases.production.discard_ceiling"
    assert standing["clause_text"] == "ramp.phases.production.discard_ceiling: 5 %"
    assert (standing["threshold"], standing["n"], standing["consequence"]) == (0.05, 40, "partial")
    assert standing["low"] < standing["observed"] == 0.25 < standing["high"]
    (dispute,) = standing["disputes"]
    assert (dispute["ruling"], dispute["ruled_by"]) == ("upheld", "Ada")
    assert standing["money"]["said"] == "the judgement's 10.50 USD are payable, 0.00 of credits taken off"
    assert late["clause_text"].startswith("term.due_after_days: ")


def test_every_address_of_the_log_leads_to_rows(place: Workspace) -> None:
    log = breach_log(place, "dc-north")
    assert log
    for one in log:
        assert one.row.evidence
        for address in one.row.evidence:
            assert resolve(place, address), address


@pytest.mark.usefixtures("contested")
def test_the_same_books_give_the_same_bytes_which_check_themselves(place: Workspace, tmp_path: Path) -> None:
    data = evidence_file(place, "dc-north")
    assert evidence_file(place, "dc-north") == data
    folder = unpacked(data, tmp_path / "file")
    assert checked(folder) == (0, "Everything is as it was written.\n")
    (contract,) = (folder / "contract").iterdir()
    assert contract.read_bytes() == place.store.get(
        f"contracts/{current_terms('dc-north', place).digest}.odcs.yaml"
    )
    lost = (folder / "weeks/week-01-revision-2/discarded.csv").read_text()
    assert len(lost.splitlines()) == 1 + 10
    assert '"north-1-3","rows.jsonl",4,0,"too_fast"' in lost
    index = (folder / "INDEX.txt").read_text()
    assert "upheld by Ada, Under a second each." in index
    assert "No text of any record is in this file." in index
    page = Page((folder / "index.html").read_text())
    assert "ramp.phases.production.discard_ceiling: 5 %" in page.text


@pytest.mark.parametrize(
    ("name", "old"), [("chain/events.jsonl", b'"kind":"batch.late"'), ("breaches.json", b'"observed": 0.25')]
)
def test_a_changed_file_is_found_out(place: Workspace, tmp_path: Path, name: str, old: bytes) -> None:
    folder = unpacked(evidence_file(place, "dc-north"), tmp_path / "file")
    changed = (folder / name).read_bytes().replace(old, old.replace(b"late", b"held").replace(b"25", b"52"))
    assert changed != (folder / name).read_bytes()
    (folder / name).write_bytes(changed)
    code, said = checked(folder)
    assert (code, f"{name} was changed" in said) == (1, True), said


def test_a_chain_that_was_rewritten_with_its_sums_is_found_out_by_its_hashes(
    place: Workspace, tmp_path: Path
) -> None:
    data = zipfile.ZipFile(io.BytesIO(evidence_file(place, "dc-north")))
    files = {name: data.read(name) for name in data.namelist() if name != "SHA256SUMS"}
    events = files["chain/events.jsonl"].splitlines(keepends=True)
    forged = {**files, "chain/events.jsonl": b"".join([*events[:3], *events[4:]])}
    code, said = checked(unpacked(sealed(forged), tmp_path / "forged"))
    assert code == 1
    assert "event 4 is missing" in said
    swapped = {**files, next(n for n in files if n.startswith("contract/")): b"id: another\n"}
    assert (
        "is not a version that the chain registered"
        in checked(unpacked(sealed(swapped), tmp_path / "other"))[1]
    )


def test_texts_are_in_it_only_when_asked_for_and_answers_never(place: Workspace, tmp_path: Path) -> None:
    text = b"A full answer to question"
    assert text not in evidence_file(place, "dc-north")
    folder = unpacked(evidence_file(place, "dc-north", with_records=True), tmp_path / "file")
    records = (folder / "weeks/week-01-revision-2/records.jsonl").read_bytes()
    assert records.count(text) == 10
    assert not {"gold", "raw_label"} & set(json.loads(records.splitlines()[0]))
    assert checked(folder)[0] == 0


def test_an_id_that_is_a_formula_is_quoted(place: Workspace, tmp_path: Path) -> None:
    folder = unpacked(evidence_file(place, "dc-north"), tmp_path / "file")
    assert f'"\'{FORMULA}"' in (folder / "weeks/week-01-revision-1/discarded.csv").read_text()


def test_a_contract_without_a_breach_has_no_evidence_file(season: Season, place: Workspace) -> None:
    season.agree("south")
    assert breach_log(place, "dc-south") == ()
    with pytest.raises(LedgerError, match="no clause of dc-south has failed"):
        evidence_file(place, "dc-south")


def test_every_count_and_line_of_money_in_the_file_leads_to_rows(place: Workspace) -> None:
    data = zipfile.ZipFile(io.BytesIO(evidence_file(place, "dc-north")))
    counts = json.loads(data.read("weeks/week-01-revision-2/counts.json"))
    (reason,), (line,) = counts["reasons"], counts["money"]
    assert len(resolve(place, reason["evidence"])) == reason["any"] == 10
    assert len(resolve(place, line["evidence"])) == line["units"] == 30


def test_a_week_whose_data_were_deleted_keeps_its_breach_and_says_so(
    place: Workspace, kept: LocalStore, tmp_path: Path
) -> None:
    delete(place.books, kept)
    folder = unpacked(evidence_file(place, "dc-north", with_records=True), tmp_path / "file")
    assert checked(folder)[0] == 0
    assert "the data of dc-north week 1 were deleted" in (folder / "INDEX.txt").read_text()
    assert not list(folder.glob("weeks/*/discarded.csv"))
    assert len(json.loads((folder / "breaches.json").read_bytes())) == 3


def test_a_clause_that_is_no_term_says_so(place: Workspace) -> None:
    assert clause_text(current_terms("dc-north", place), "audits.joint") == NO_TERM


def test_the_command_lists_and_writes_and_overwrites_nothing(
    rampart: Rampart, place: Workspace, tmp_path: Path
) -> None:
    file = tmp_path / "north.zip"
    shown = rampart("breaches", "dc-north", "--evidence", file)
    assert shown.code == Exit.OK
    assert "25.0%" in shown.out
    assert file.read_bytes() == evidence_file(place, "dc-north")
    assert rampart("breaches", "dc-north", "--evidence", file).code == Exit.USAGE
    assert rampart("breaches", "dc-north", "--with-records").code == Exit.USAGE
    assert rampart("breaches", "dc-nobody").code == Exit.LEDGER
    assert len(json.loads(rampart("breaches", "dc-north", "--json").out)) == 3
