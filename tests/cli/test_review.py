"""A review as an operator draws it, reads it back and shows it."""

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from flows.weekly import weekly
from rampart.cli.exits import Exit
from simulator.season import Season, due
from simulator.without_prefect import without_prefect
from tests.cli.conftest import Rampart

PLAN = "      review: {plan: {method: confidence, tolerable: 0.2, on_fail: hold}}\n"
Row = dict[str, str]


@pytest.fixture
def judged(season: Season) -> Season:
    """A season of one judged week: 36 records are accepted, 4 discarded; a blocking review is asked for."""
    season.agree(amendment=PLAN)
    season.deliver(1)
    with without_prefect():
        weekly(due(1))
    return season


def fill(sheet: Path, verdict: Callable[[int], str], by: str = "") -> None:
    """Fill in a sheet as a spreadsheet would save it."""
    rows = list(csv.DictReader(sheet.read_text("utf-8-sig").splitlines()))
    for number, row in enumerate(rows):
        row["verdict"], row["reviewer"] = verdict(number), by
    with sheet.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), delimiter=";")
        writer.writeheader()
        writer.writerows(rows)


@pytest.mark.usefixtures("flows_can_run")
def test_a_failed_review_takes_an_acceptance_back_and_a_person_decides(
    rampart: Rampart, judged: Season, tmp_path: Path
) -> None:
    sheet = tmp_path / "north.csv"
    drawn = rampart("review", "draw", "dc-north", 1, "--out", sheet)
    assert (drawn.code, "11 records to judge, of 36 accepted" in drawn.out) == (Exit.OK, True), drawn
    assert "with at most 0 defects" in drawn.out
    assert "11 of 11 records" in rampart("status").out
    fill(sheet, lambda number: "defect" if number == 3 else "ok")
    read = rampart("review", "read", sheet, "--by", "Ann")
    assert (read.code, "the plan fails" in read.out) == (Exit.OK, True), read
    assert "consumer's risk" in read.out
    assert judged.batches()[0] == ("dc-north", 1, 1, "accepted")
    done = rampart("reconcile", "--as-of", due(1))
    assert "judged anew: dc-north week 1: held" in done.out, done
    assert judged.batches()[:2] == [("dc-north", 1, 1, "superseded"), ("dc-north", 1, 2, "held")]
    decided = rampart("decide", "dc-north", 1, "accept", "--by", "Ada", "--reason", "one slip of 36")
    assert decided.code == Exit.OK
    shown = rampart("review", "show", "dc-north", 1, "--rows").out
    assert all(word in shown for word in ("the plan fails", "defect", "north-1-"))
    told = json.loads(rampart("review", "show", "dc-north", 1, "--json").out)
    assert (told[0]["status"], told[0]["read_by"], len(told[0]["result"]["rows"])) == ("fail", ["Ann"], 11)
    assert "the plan fails" in rampart("review", "list").out
    assert rampart("verify").code == Exit.OK


def test_a_passed_review_changes_no_judgement(rampart: Rampart, judged: Season, tmp_path: Path) -> None:
    sheet = tmp_path / "north.csv"
    rampart("review", "draw", "dc-north", 1, "--out", sheet, "--size", 27, "--discarded", 2)
    fill(sheet, lambda _: "ok")
    read = rampart("review", "read", sheet, "--by", "Ann")
    assert all(part in read.out for part in ("the plan accepts", "Of 2 discarded records 2 are fit")), read
    before = judged.export()
    again = rampart("review", "read", sheet, "--by", "Ann")
    assert (again.code, again.out, judged.export()) == (Exit.OK, read.out, before)


def test_a_sheet_is_drawn_once_and_never_written_over(
    rampart: Rampart, judged: Season, tmp_path: Path
) -> None:
    sheet, copy = tmp_path / "north.csv", tmp_path / "copy.csv"
    rampart("review", "draw", "dc-north", 1, "--out", sheet)
    assert sheet.with_suffix(".html").read_text("utf-8").startswith("<!doctype html>")
    before = judged.export()
    assert rampart("review", "draw", "dc-north", 1, "--out", copy).code == Exit.OK
    assert copy.read_bytes() == sheet.read_bytes()
    assert judged.export() == before
    other = rampart("review", "draw", "dc-north", 1, "--out", copy, "--size", 30)
    assert (other.code, "a judgement is sampled once" in other.err) == (Exit.LEDGER, True)
    fill(sheet, lambda _: "ok")
    again = rampart("review", "draw", "dc-north", 1, "--out", sheet)
    assert (again.code, "may hold verdicts" in again.err) == (Exit.USAGE, True)


def test_a_sheet_names_neither_annotator_nor_record_nor_reason(
    rampart: Rampart, judged: Season, tmp_path: Path
) -> None:
    assert judged.batches()
    sheet = tmp_path / "north.csv"
    rampart("review", "draw", "dc-north", 1, "--out", sheet, "--discarded", 4)
    for file in (sheet, sheet.with_suffix(".html")):
        text = file.read_text("utf-8-sig")
        assert "Question" in text
        assert not [word for word in ("worker-", "north-1-", "too_fast", "discarded") if word in text]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("draw", "dc-north", 2, "--out", "OUT"), Exit.LEDGER, "is expected; people review what is accepted"),
        (("draw", "dc-north", 3, "--out", "OUT"), Exit.LEDGER, "week 3 is not on the books"),
        (("draw", "dc-nobody", 1, "--out", "OUT"), Exit.LEDGER, "not on the books"),
        (("draw", "dc-north", 1, "--out", "OUT", "--size", 5), Exit.LEDGER, "asks for 11 records"),
        (("draw", "dc-north", 1, "--out", "OUT", "--size", 12), Exit.LEDGER, "too few to look where"),
        (("draw", "dc-north", 1, "--out", "sheet.html"), Exit.USAGE, "name of the page"),
        (("list", "dc-nobody"), Exit.LEDGER, "no contract 'dc-nobody' on the books; there are: dc-north"),
        (("show", "dc-north", 1), Exit.LEDGER, "no review of dc-north week 1"),
        (("read", "FILE", "--by", "Ann"), Exit.REFUSED, "item: no line names an item of a sheet"),
        (("read", "FILE", "--by", " "), Exit.REFUSED, "reviewer: has no name"),
        (("read", "missing.csv", "--by", "Ann"), Exit.USAGE, "does not exist"),
    ],
)
def test_what_cannot_be_drawn_or_read_ends_with_a_sentence(  # noqa: PLR0917 (fixtures and one case)
    rampart: Rampart, judged: Season, tmp_path: Path, words: tuple[object, ...], code: Exit, said: str
) -> None:
    (tmp_path / "file.csv").write_text("item,verdict\n\x1b[31mnobody,ok\n")
    named = {"OUT": tmp_path / "out.csv", "FILE": tmp_path / "file.csv"}
    before = judged.export()
    ended = rampart("review", *(named.get(str(word), word) for word in words))
    assert (ended.code, said in " ".join(ended.err.split())) == (code, True), ended
    assert "\x1b[31mnobody" not in ended.err
    assert judged.export() == before


def test_a_sheet_of_another_workspace_is_refused(rampart: Rampart, judged: Season, tmp_path: Path) -> None:
    assert judged.batches()
    (tmp_path / "s.csv").write_text("item,verdict\nr00000000-0001,ok\n")
    ended = rampart("review", "read", tmp_path / "s.csv", "--by", "Ann")
    assert (ended.code, "'00000000' names no review on the books" in ended.err) == (Exit.LEDGER, True)


def test_every_problem_of_a_sheet_is_told(rampart: Rampart, judged: Season, tmp_path: Path) -> None:
    assert judged.batches()
    sheet = tmp_path / "north.csv"
    rampart("review", "draw", "dc-north", 1, "--out", sheet)
    fill(sheet, lambda number: ("fine", "", "ok")[min(number, 2)])
    ended = rampart("review", "read", sheet, "--by", "Ann")
    assert ended.code == Exit.REFUSED
    assert "line 2: verdict: 'fine' is none. Fix:" in ended.err
    assert "line 3: verdict: is empty. Fix:" in ended.err
