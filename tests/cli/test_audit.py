"""`rampart audit`: a report without a home, a store or books."""

import json
import os
from pathlib import Path

import pytest

from rampart.cli import audit as module
from rampart.cli.exits import Exit
from tests.cli.conftest import Rampart

TREE = Path(__file__).parents[2]
EXAMPLES, SAMPLES = (TREE / "contracts" / "specs" / name for name in ("examples", "samples"))
LLMFAO = Path(os.environ.get("RAMPART_TEST_DATA", TREE.parent / "shared" / "data")) / "llmfao"


def test_a_small_file_is_told_what_its_records_lack(rampart: Rampart) -> None:
    ended = rampart("audit", SAMPLES / "likert.jsonl", "-c", EXAMPLES / "sample-likert.odcs.yaml")
    assert ended.code == 0
    assert "no feature could be judged: false alarms and power are not known" in ended.out
    assert "not testable" in ended.out
    assert "missing fields, and how many answers each costs" in ended.out
    assert not Path(os.environ["RAMPART_HOME"]).exists()


def test_labels_without_responses_are_audited_too(rampart: Rampart) -> None:
    ended = rampart("audit", SAMPLES / "category.csv", "-c", EXAMPLES / "sample-category.odcs.yaml", "--json")
    found = json.loads(ended.out)
    assert found["facts"]["comparisons"] == 0
    assert {row["lacks"] for row in found["joint"]["effects"]} == {"ranking"}


def test_the_report_is_written_to_a_file_and_as_json(rampart: Rampart, tmp_path: Path) -> None:
    given = ("audit", SAMPLES / "likert.jsonl", "-c", EXAMPLES / "sample-likert.odcs.yaml")
    ended = rampart(*given, "--json", "--html", tmp_path / "report.html")
    assert json.loads(ended.out)["version"] == 1
    assert (tmp_path / "report.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    assert ended.out == rampart(*given, "--json").out


def test_a_report_is_overwritten_only_when_asked_and_its_folder_is_made(
    rampart: Rampart, tmp_path: Path
) -> None:
    page = tmp_path / "new" / "report.html"
    given = ("audit", SAMPLES / "likert.jsonl", "-c", EXAMPLES / "sample-likert.odcs.yaml", "--html")
    assert rampart(*given, page).code == 0
    page.write_text("kept")
    again = rampart(*given, page)
    assert again.code == Exit.USAGE
    assert "exists. Fix: name another file, or add --force" in again.err
    assert page.read_text() == "kept"
    assert rampart(*given, page, "--force").code == 0
    assert page.read_text().startswith("<!doctype html>")
    below_a_file = rampart(*given, page / "report.html")
    assert below_a_file.code == Exit.USAGE
    assert "cannot be written" in below_a_file.err
    assert rampart(*given, tmp_path).code == Exit.USAGE


def test_real_votes_are_told_in_a_table_with_the_gravest_first(rampart: Rampart) -> None:
    if not LLMFAO.is_dir():
        pytest.skip(f"no {LLMFAO}: set RAMPART_TEST_DATA to the folder with the public sample data")
    ended = rampart("audit", LLMFAO, "-c", EXAMPLES / "llmfao.odcs.yaml")
    assert ended.code == 0
    assert "8,931 judgements, 8,931 comparisons, 124 annotators, 13 prompts" in ended.out
    assert "Features that mean nothing raised a false alarm at a nominal 5%" in ended.out
    assert "Chose the response shown first in 70.3% of 290 comparisons" in ended.out


def test_errors_end_as_those_of_other_commands(rampart: Rampart, tmp_path: Path) -> None:
    contract = EXAMPLES / "sample-category.odcs.yaml"
    (tmp_path / "x.csv").write_text("item,who,answer,expected,took\nm1,w1,spam,,now\n")
    ended = rampart("audit", tmp_path / "x.csv", "-c", contract)
    assert ended.code == 4
    assert "no record could be read" in ended.err
    ended = rampart("audit", SAMPLES / "category.csv", "-c", contract, "--week", 2)
    assert ended.code == 2


def test_what_is_left_out_is_told(rampart: Rampart, tmp_path: Path) -> None:
    text = (SAMPLES / "category.csv").read_text()
    (tmp_path / "x.csv").write_text(text + "m3,w1,maybe,,0:10\nm3,w2,ok,,soon\n")
    ended = rampart("audit", tmp_path / "x.csv", "-c", EXAMPLES / "sample-category.odcs.yaml")
    assert "left out: 1 records that the gates discard, 1 lines that could not be read" in ended.err


def asked_about(rampart: Rampart, *words: object) -> dict[str, str]:
    """Metric → the field it lacks, of everything that a small file is asked."""
    ended = rampart(
        "audit", SAMPLES / "ranking.jsonl", "-c", EXAMPLES / "sample-ranking.odcs.yaml", "--json", *words
    )
    assert ended.code == 0, ended.err
    return {row["metric"]: row["lacks"] for row in json.loads(ended.out)["findings"]}


def test_groups_of_people_are_compared_where_somebody_tells_them(rampart: Rampart, tmp_path: Path) -> None:
    people = tmp_path / "people.csv"
    people.write_text("annotator_id,region\nw1,north\n")
    assert asked_about(rampart)["wins_by_group"] == "people"
    assert asked_about(rampart, "--people", people).get("wins_by_group") != "people"
    people.write_text("annotator_id,region\nw-9,north\n")
    strangers = rampart(
        "audit", SAMPLES / "ranking.jsonl", "-c", EXAMPLES / "sample-ranking.odcs.yaml", "--people", people
    )
    assert strangers.code == Exit.USAGE
    assert "none of the 1 annotators in" in strangers.err


def test_a_judge_is_asked_only_where_one_is_set_up(rampart: Rampart, monkeypatch: pytest.MonkeyPatch) -> None:
    given = ("audit", SAMPLES / "likert.jsonl", "-c", EXAMPLES / "sample-likert.odcs.yaml", "--judge")
    nobody = rampart(*given)
    assert (nobody.code, "set RAMPART_JUDGE_URL and RAMPART_JUDGE_MODEL" in nobody.err) == (2, True)
    monkeypatch.setenv("RAMPART_JUDGE_URL", "http://127.0.0.1:9/v1")
    monkeypatch.setenv("RAMPART_JUDGE_MODEL", "judge-1")
    silent = rampart(*given)
    assert silent.code == Exit.REFUSED
    assert "the judge at http://127.0.0.1:9/v1/chat/completions could not be asked" in silent.err

    def longer(_prompt: str, first: str, second: str) -> str:
        return "first" if len(first) > len(second) else "second"

    monkeypatch.setattr(module, "endpoint", lambda *_: longer)
    assert asked_about(rampart)["judge_agreement"] == "judge"
    assert asked_about(rampart, "--judge")["judge_agreement"] is None


def test_files_of_another_contract_are_refused_with_the_first_line_that_could_not_be_read(
    rampart: Rampart,
) -> None:
    ended = rampart("audit", SAMPLES / "likert.jsonl", "-c", EXAMPLES / "sample-rating.odcs.yaml")
    said = " ".join(ended.err.split())
    assert ended.code == Exit.REFUSED
    assert "no record could be read of 2 lines: rating.jsonl, line 1: " in said
    assert "Fix: is it this contract's delivery?" in said


def test_files_of_which_the_gates_keep_nothing_are_refused_with_the_commonest_reason(
    rampart: Rampart, tmp_path: Path
) -> None:
    rows = [json.loads(line) for line in (SAMPLES / "ranking.jsonl").read_text().splitlines()]
    alike = [{**row, "answers": dict.fromkeys(row["answers"], "The same.")} for row in rows]
    (tmp_path / "ranking.jsonl").write_text("".join(json.dumps(row) + "\n" for row in alike))
    ended = rampart("audit", tmp_path / "ranking.jsonl", "-c", EXAMPLES / "sample-ranking.odcs.yaml")
    said = " ".join(ended.err.split())
    assert ended.code == Exit.REFUSED
    assert (
        f"the gates keep none of {len(rows)} records: identical_responses (gates.identical_responses)" in said
    )


def test_a_field_that_was_delivered_is_not_asked_for_again(rampart: Rampart) -> None:
    asked = asked_about(rampart)
    assert "annotator_id" not in asked.values()
    assert asked["judge_agreement"] == "judge"
