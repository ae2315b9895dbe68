from pathlib import Path

import polars as pl
import pytest

from rampart.retrain.trl.worker.preferences import Read, read


def row(first: str, second: str, group: str, **other: float) -> dict[str, object]:
    told: dict[str, object] = {"prompt": "user: q", "first": first, "second": second, "group": group}
    return {**told, "contract_id": "acme", "week": 1, "target": 1.0, "weight": 1.0, "margin": 0.0, **other}


def found(rows: list[dict[str, object]], folder: Path, max_length: int = 100) -> Read:
    pl.DataFrame(rows).write_parquet(folder / "pairs.parquet")
    return read(str(folder / "pairs.parquet"), lambda _, response: list(range(len(response))), max_length)


def test_the_pairs_of_a_ranking_are_one_element_that_reads_each_response_once(tmp_path: Path) -> None:
    pairs = [("a", "bb"), ("a", "ccc"), ("bb", "ccc")]
    one = found([row(*pair, "r1", weight=1 / 3) for pair in pairs], tmp_path)
    assert len(one.judgements) == 1
    ranked = one.judgements[0]
    assert [len(text) for text in ranked.texts] == [1, 2, 3]
    assert sorted(zip(ranked.first, ranked.second, strict=True)) == [(0, 1), (0, 2), (1, 2)]
    assert sum(ranked.weight) == pytest.approx(1)
    assert one.mean_weight == pytest.approx(1)
    assert one.pairs == 3


def test_the_same_record_id_of_another_week_is_another_judgement(tmp_path: Path) -> None:
    rows = [row("a", "bb", "r1"), {**row("a", "bb", "r1"), "week": 2}]
    assert len(found(rows, tmp_path).judgements) == 2


def test_a_pair_with_a_text_too_long_is_counted_and_the_others_of_its_ranking_stay(tmp_path: Path) -> None:
    pairs = [("a", "bb"), ("a", "x" * 11), ("bb", "x" * 11)]
    one = found([row(*pair, "r1", weight=1 / 3) for pair in pairs], tmp_path, max_length=10)
    assert (one.pairs, one.overlong) == (1, 2)
    assert one.judgements[0].weight == [pytest.approx(1 / 3)]
    assert len(one.judgements[0].texts) == 2


def test_a_text_of_just_the_allowed_length_stays(tmp_path: Path) -> None:
    assert found([row("x" * 10, "y", "r1")], tmp_path, max_length=10).overlong == 0


def test_where_everything_is_too_long_the_error_says_what_to_raise(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="all 1 pairs have a text of more than 2 tokens; raise max_length"):
        found([row("a", "bbb", "r1")], tmp_path, max_length=2)


def test_soft_labels_weights_and_margins_are_taken_as_given(tmp_path: Path) -> None:
    one = found([row("a", "bb", "r1", target=0.8, weight=0.5, margin=0.7)], tmp_path).judgements[0]
    assert (one.target, one.weight, one.margin) == ([0.8], [0.5], [0.7])
