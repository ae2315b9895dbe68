"""The benchmark's frame: every part is told, one missed bar fails it, and its last line is JSON."""

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from benchmarks import retrain
from benchmarks.retraining.choices import Against, judged, told
from benchmarks.retraining.linear import compared
from benchmarks.retraining.part import Bar, Part
from benchmarks.retraining.wordy import wordy_pairs
from rampart.retrain.snapshot import PAIR, split_of


def part(value: float) -> Part:
    return Part(("a line",), {"seen": 3}, (Bar("seconds", value, "at most", 2.0),))


@pytest.mark.parametrize(("value", "met"), [(2.0, True), (2.1, False)])
def test_one_missed_bar_fails_the_whole(capsys: pytest.CaptureFixture[str], value: float, met: bool) -> None:
    assert retrain.run({"good": lambda _: part(1.0), "other": lambda _: part(value)}, quick=True) is met
    last = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (last["ok"], last["quick"], last["parts"]["good"]["ok"]) == (met, True, True)
    assert last["parts"]["other"]["bars"]["seconds"] == {"value": value, "at most": 2.0, "met": met}


def test_a_part_is_told_its_size(capsys: pytest.CaptureFixture[str]) -> None:
    asked = []

    def measure(quick: bool) -> Part:
        asked.append(quick)
        return part(1.0)

    retrain.run({"one": measure}, quick=False)
    assert asked == [False]
    assert "a line" in capsys.readouterr().out


def test_numpys_numbers_are_told_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    bar = Bar("seconds", np.float64(1.5), "at most", np.float64(2.0))
    assert retrain.run({"one": lambda _: Part((), {}, (bar,))}, quick=True)
    assert (
        json.loads(capsys.readouterr().out.splitlines()[-1])["parts"]["one"]["bars"]["seconds"]["met"] is True
    )


def test_choices_are_held_against_ignoring_strength_and_the_default_to_its_bar() -> None:
    behind = Against(0.75, -0.03, -0.06, 0.0)
    found = {"ignore": Against(0.78, 0.0, 0.0, 0.0), "weight": behind}
    assert [bar.met for bar in told(found, worlds=12, quick=False).bars] == [False]
    assert [bar.met for bar in told(found, worlds=3, quick=True).bars] == [True]
    assert "weight: 0.750, -3.0 points (-6.0 to +0.0)" in told(found, worlds=12, quick=False).lines


def test_judges_say_what_they_see_with_steps_and_ties() -> None:
    pairs, ahead = judged(np.random.default_rng(1), 300)
    target, strength = pairs["target"].to_numpy(), pairs["strength"].to_numpy()
    assert set(np.round(strength * 3)) == {0, 1, 2, 3}
    np.testing.assert_array_equal(target == 0.5, strength == 0)
    strong = strength == 1
    right, all_right = ((target > 0.5)[which] == (ahead > 0)[which] for which in (strong, target != 0.5))
    assert right.mean() > all_right.mean() > 0.6


@pytest.mark.parametrize("name", retrain.PARTS)
def test_every_part_can_be_measured(name: str) -> None:
    assert callable(retrain.part_named(name))
    assert f"`{name}`" in str(retrain.__doc__)


@pytest.mark.parametrize(
    ("bar", "met"),
    [
        (Bar("x", 1.0, "at least", 1.0), True),
        (Bar("x", 0.9, "at least", 1.0), False),
        (Bar("x", float("nan"), "at most", 1.0), False),
    ],
)
def test_a_bar_is_met_on_its_side_and_never_by_what_is_no_number(bar: Bar, met: bool) -> None:
    assert bar.met is met
    assert ("MISSED" in str(bar)) is not met


def run(**other: Any) -> Mapping[str, Any]:
    usual = {"wall_s": 10.0, "cpu_s": 9.0, "peak_mb": 900, "accuracy": 0.8, "log_loss": 0.5, "digest": "a"}
    return {**usual, **other}


def test_the_fastest_run_of_each_is_compared() -> None:
    part = compared([run(), run(wall_s=20.0)], [run(wall_s=30.0), run(wall_s=8.0)], 50)
    assert part.ok
    assert part.figures["ratio"] == 1.25


@pytest.mark.parametrize(
    ("other", "missed"),
    [
        ({"wall_s": 41.0}, {"seconds", "time against scikit-learn"}),
        ({"peak_mb": 2_001}, {"megabytes"}),
        ({"accuracy": 0.796}, {"accuracy behind scikit-learn"}),
        ({"wall_s": 13.1}, {"time against scikit-learn"}),
        ({"cpu_s": 11.8}, {"processor time against scikit-learn"}),
    ],
)
def test_each_shortcoming_misses_its_bar(other: dict[str, Any], missed: set[str]) -> None:
    assert {bar.name for bar in compared([run(**other)], [run()], 50).bars if not bar.met} == missed


def test_two_models_of_one_dataset_miss_a_bar() -> None:
    part = compared([run(), run(digest="b")], [run()], 50)
    assert [bar.name for bar in part.bars if not bar.met] == ["different models of one dataset"]


def test_wordy_pairs_fill_both_sides_by_the_permanent_split() -> None:
    pairs = wordy_pairs(30, 9, seed=4)
    sides = pairs["split"].to_pylist()
    assert pairs.schema == PAIR
    assert (sides.count("train"), sides.count("holdout")) == (30, 9)
    assert sides == [split_of(key) for key in pairs["prompt_key"].to_pylist()]
    assert pairs.equals(wordy_pairs(30, 9, seed=4))
    assert not pairs.equals(wordy_pairs(30, 9, seed=5))
