import json
import os
from pathlib import Path

import pytest

from tests.cli.conftest import Rampart

TREE = Path(__file__).parents[2]
EXAMPLES, SAMPLES = (TREE / "contracts" / "specs" / name for name in ("examples", "samples"))
CATEGORY = EXAMPLES / "sample-category.odcs.yaml"


def test_records_are_shown_beside_their_rows(rampart: Rampart) -> None:
    ended = rampart(
        "contract", "try", SAMPLES / "ranking.jsonl", "--contract", EXAMPLES / "sample-ranking.odcs.yaml"
    )
    assert ended.code == 0
    assert "as delivered" in ended.out
    assert "order: A=C>D>B" in ended.out
    assert "[0, C] Pear" in ended.out
    assert "2 records from 2 rows, 0 in the quarantine; nothing was written" in ended.out


def test_what_is_lost_is_told_before_a_person_runs_it(rampart: Rampart, tmp_path: Path) -> None:
    text = (SAMPLES / "category.csv").read_text()
    (tmp_path / "x.csv").write_text(text + "m3,w1,maybe,,0:10\nm3,w2,ok,,soon\n")
    ended = rampart("contract", "try", tmp_path / "x.csv", "-c", CATEGORY, "--rows", 0)
    assert ended.code == 0
    assert "line 7: duration_s: expected a duration as h:mm:ss or mm:ss, found text ('soon')" in ended.out
    assert 'labels outside the scheme: "maybe" (1)' in ended.out
    assert "mapped fields that are empty: gold in 3 of 5" in ended.out
    assert "the gates would discard: 1 label outside scheme" in ended.out


def test_vendor_text_does_not_act_on_the_terminal(rampart: Rampart, tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("item,who,answer,expected,took\n\x1b[2Jm1,[red]w1,spam\x07,,0:12\n")
    ended = rampart("contract", "try", tmp_path / "x.csv", "-c", CATEGORY)
    assert "\x1b[2J" not in ended.out
    assert "\x07" not in ended.out
    assert "[red]w1" in ended.out


def test_as_json_it_says_the_same(rampart: Rampart) -> None:
    ended = rampart("contract", "try", SAMPLES / "category.csv", "-c", CATEGORY, "--rows", 1, "--json")
    found = json.loads(ended.out)
    assert (found["records"], found["quarantined"], len(found["shown"])) == (4, 0, 1)
    assert found["shown"][0]["before"]["answer"] == "spam"
    assert found["shown"][0]["after"]["category"] == "spam"
    assert found["filled"]["gold"] == 2


def test_files_that_hold_no_record_end_with_an_error(rampart: Rampart, tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("item,who,answer,expected,took\nm1,w1,spam,,now\n")
    ended = rampart("contract", "try", tmp_path / "x.csv", "-c", CATEGORY)
    assert ended.code == 4
    assert "no record could be read; the quarantine says why" in ended.err
    ended = rampart("contract", "try", tmp_path / "y.csv", "-c", CATEGORY)
    assert ended.code == 4
    assert "no such file or folder" in ended.err


def test_nothing_is_written(rampart: Rampart) -> None:
    rampart("contract", "try", SAMPLES / "category.csv", "-c", CATEGORY)
    assert not Path(os.environ["RAMPART_HOME"]).exists()


@pytest.mark.parametrize("week", [0, 2])
def test_a_week_the_contract_has_not_is_refused(rampart: Rampart, week: int) -> None:
    ended = rampart("contract", "try", SAMPLES / "category.csv", "-c", CATEGORY, "--week", week)
    assert ended.code == 2
    assert "has weeks 1 to 1" in ended.err
