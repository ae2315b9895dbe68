"""A lean in the data and what the model made of it."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from rampart.retrain.bootstrap import Estimate
from rampart.retrain.evaluation.amplification import (
    Amplification,
    Lean,
    amplification,
    difference,
    ratio,
)

DIGEST = "ab" * 32
LISTED, PLAIN = "- one\n- two", "one and two"


def pairs(lists_win: float, n: int = 400, columns: Mapping[str, list[Any]] | None = None) -> pa.Table:
    """Pairs of a listed and a plain answer, on either side in turn; the listed one wins this share."""
    listed_first = np.arange(n) % 2 == 0
    wins = np.arange(n) < round(lists_win * n)
    made: dict[str, list[Any]] = {
        "prompt_key": [str(i) for i in range(n)],
        "first": [LISTED if first else PLAIN for first in listed_first],
        "second": [PLAIN if first else LISTED for first in listed_first],
        "target": (wins == listed_first).astype(float).tolist(),
        "weight": [1.0] * n,
    }
    return pa.table({**made, **(columns or {})})


def margins(table: pa.Table, lists_win: float, size: float = 1.0) -> np.ndarray:
    """A model that prefers the listed answer in this share of the table's pairs."""
    first = np.array([text == LISTED for text in table["first"].to_pylist()])
    prefers = np.arange(len(first)) < round(lists_win * len(first))
    return np.where(prefers == first, size, -size)


def lists(data: float, model: float, people: float = 0.6, size: float = 1.0) -> Amplification:
    held = pairs(people)
    found = amplification(pairs(data), held, margins(held, model, size), DIGEST)
    return {one.feature: one for one in found}["lists"]


def test_shares_are_of_the_side_with_more_of_it_wherever_it_stands() -> None:
    found = lists(data=0.6, model=0.9, people=0.55)
    assert found.data is not None and found.model is not None and found.people is not None
    assert found.data.share.value == pytest.approx(0.6)
    assert found.model.share.value == pytest.approx(0.9)
    assert found.people.share.value == pytest.approx(0.55)
    assert found.difference is not None and found.difference.value == pytest.approx(0.3)
    assert found.ratio is not None and found.ratio.value == pytest.approx(4.0)


@pytest.mark.parametrize(
    ("data", "model", "outcome"),
    [
        (0.6, 0.9, "amplified"),
        (0.4, 0.1, "amplified"),  # away from lists, and further away
        (0.8, 0.6, "weaker"),
        (0.7, 0.2, "reversed"),
        (0.5, 0.8, "only in the model"),
        (0.6, 0.62, "in line"),
    ],
)
def test_the_outcome_says_what_the_model_made_of_the_lean(data: float, model: float, outcome: str) -> None:
    assert lists(data, model).outcome == outcome


def test_a_calibrated_model_states_what_people_prefer_however_often_it_chooses_the_likelier() -> None:
    # People prefer lists in 60 % of pairs: knowing just that, the model says 60 % and always chooses lists.
    found = lists(data=0.6, model=1.0, people=0.6, size=float(np.log(0.6 / 0.4)))
    assert found.stated is not None and found.model is not None
    assert found.stated.share.value == pytest.approx(0.6)
    assert found.model.share.value == pytest.approx(1.0)
    assert found.outcome == "amplified"


def test_what_no_comparison_differs_in_is_not_testable() -> None:
    held = pairs(0.5)
    found = {one.feature: one for one in amplification(pairs(0.5), held, margins(held, 0.5), DIGEST)}
    assert (found["emoji"].outcome, found["emoji"].data, found["emoji"].difference) == (
        "not_testable",
        None,
        None,
    )
    assert "the training comparisons that differ in it have fewer than 10 prompts" in found["emoji"].said


def test_a_hundred_pairs_of_nine_prompts_are_not_enough() -> None:
    few = pairs(0.9, 100, {"prompt_key": [str(i % 9) for i in range(100)]})
    held = pairs(0.5)
    found = {one.feature: one for one in amplification(few, held, margins(held, 0.5), DIGEST)}["lists"]
    assert (found.data, found.outcome) == (None, "not_testable")


def test_a_word_list_is_not_asked_about_texts_in_another_language() -> None:
    text = {"first": ["Great question! Perhaps."] * 400, "language": ["de"] * 400}
    german = {one.feature: one for one in _compare(text)}
    english = {one.feature: one for one in _compare(text | {"language": ["en"] * 400})}
    assert (german["hedges"].data, english["hedges"].data is None) == (None, False)


def _compare(columns: dict[str, list[Any]]) -> tuple[Amplification, ...]:
    held = pairs(0.5, columns=columns)
    return amplification(held, held, margins(held, 0.5), DIGEST)


def lean(share: float, error: float) -> Lean:
    return Lean(Estimate(share, share - 1.96 * error, share + 1.96 * error), error, 100, 100)


def test_a_lean_that_may_be_nothing_has_no_ratio() -> None:
    assert ratio(lean(0.8, 0.02), lean(0.53, 0.02)) is None
    assert ratio(lean(0.8, 0.02), lean(0.56, 0.02)) is not None


def test_the_intervals_cover_the_truth_at_their_level() -> None:
    random, draws, covered = np.random.default_rng(6), 2_000, np.zeros(2)
    for _ in range(draws):
        model, data = (
            lean(float(random.normal(truth, error)), error) for truth, error in ((0.7, 0.03), (0.6, 0.015))
        )
        gap, times = difference(model, data), ratio(model, data)
        assert times is not None  # the data's lean is over six standard errors from nothing
        assert gap.low is not None and gap.high is not None
        assert times.low is not None and times.high is not None
        covered += [gap.low <= 0.1 <= gap.high, times.low <= 2.0 <= times.high]
    # 95 % within four standard errors of 2,000 draws.
    assert np.abs(covered / draws - 0.95).max() < 0.02
