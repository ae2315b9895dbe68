from pathlib import Path
from typing import Any

import pytest

from rampart.drafting.joining import Files, linked
from rampart.drafting.sample import look_at
from tests.delivery.reading import jsonl

Row = dict[str, Any]


@pytest.fixture
def files(tmp_path: Path) -> Any:
    def look(**given: list[Row]) -> Files:
        for name, rows in given.items():
            (tmp_path / f"{name}.jsonl").write_bytes(jsonl(*rows))
        return linked([look_at(tmp_path / f"{name}.jsonl", beyond=1000) for name in given])

    return look


PAIRS = [{"id": number, "question": f"What is {number}?"} for number in range(40)]


def test_the_file_that_points_is_the_one_of_the_rows(files: Any) -> None:
    votes = [{"pair_id": number % 40, "worker": f"w{number % 7}", "winner": "a"} for number in range(200)]
    found = files(pairs=PAIRS, votes=votes)  # given in the other order
    assert found.rows.name == "votes.jsonl"
    (link,) = found.links
    assert (link.on, link.key, link.found) == (("pair_id",), ("id",), 1.0)
    assert link.terms() == {
        "as": "pair",
        "source": {"path": "pairs.jsonl", "format": "jsonl"},
        "on": "pair_id",
        "key": "id",
    }


def test_small_numbers_that_happen_to_be_keys_are_no_link(files: Any) -> None:
    votes = [{"item": number % 30, "worker": number % 9, "label": number % 2} for number in range(200)]
    truth = [{"item": number, "truth": number % 2} for number in range(30)]
    (link,) = files(votes=votes, truth=truth).links
    assert link.on == ("item",)  # every worker and every label is a number of the truth's items, too


def test_two_columns_are_a_key_where_neither_is(files: Any) -> None:
    texts = [{"task": task, "turn": turn, "text": f"{task} {turn}"} for task in range(5) for turn in range(4)]
    votes = [{"task": n % 5, "turn": n % 4, "winner": "a"} for n in range(60)]
    (link,) = files(votes=votes, texts=texts).links
    assert link.terms()["on"] == link.terms()["key"] == ["task", "turn"]


def test_known_answers_for_some_items_keep_the_other_rows(files: Any) -> None:
    votes = [{"item": f"i{number % 30}", "worker": number, "label": "yes"} for number in range(90)]
    truth = [{"item": f"i{number}", "gold": "yes"} for number in range(6)]
    (link,) = files(votes=votes, truth=truth).links
    assert link.found == pytest.approx(0.2)
    assert link.terms()["unmatched"] == "keep"


def test_keys_that_are_not_unique_or_not_found_link_nothing(files: Any) -> None:
    votes = [{"pair_id": number, "winner": "a"} for number in range(40)]
    twice = [{"id": number % 20, "question": f"What is {number}?"} for number in range(40)]
    assert files(votes=votes, twice=twice).links == ()
    elsewhere = [{"id": number + 1000, "question": f"What is {number}?"} for number in range(40)]
    found = files(votes=votes, elsewhere=elsewhere)
    assert found.links == ()
    assert len(found.left) == 1


def test_files_of_one_shape_are_rows_under_one_pattern(files: Any) -> None:
    rows = [{"prompt": f"p{number}", "winner": "a"} for number in range(10)]
    found = files(part_1=rows[:5], part_2=rows[5:])
    assert found.rows.source.path == "part_*.jsonl"
    assert found.links == ()
