"""The model's terms: what each column says of a comparison."""

import numpy as np
import polars as pl
import pytest

from quality.audits.joint.design import design, typical_differences
from simulator.votes import votes


def test_a_typical_difference_is_the_root_mean_square_of_what_differs() -> None:
    columns = np.array([[1.0, 3.0, 0.0], [0.0, -4.0, 0.0], [-1.0, 0.0, 0.0]])
    assert typical_differences(columns) == pytest.approx([1.0, np.sqrt(12.5), 0.0])


def test_unknown_differences_count_as_none() -> None:
    batch = votes(np.random.default_rng(1), 200)
    deltas = pl.DataFrame({"x": [None, 2.0] * 100})
    quality = np.where(np.arange(200) % 4 == 0, np.nan, 1.0)
    terms = design(batch.frame, deltas, quality)
    assert terms.names == ("position", "x", "quality")
    assert terms.dense[:2, 1].tolist() == [0.0, 1.0]
    assert terms.dense[0, 2] == 0.0


@pytest.mark.parametrize("place", [(None, None), (0, 0)], ids=["unknown", "same"])
def test_without_places_there_is_no_term_for_position(place: tuple[int | None, int | None]) -> None:
    frame = votes(np.random.default_rng(2), 100).frame.with_columns(
        first_position=pl.lit(place[0], dtype=pl.Int64), second_position=pl.lit(place[1], dtype=pl.Int64)
    )
    assert design(frame, pl.DataFrame()).names == ()


def test_position_is_left_out_where_every_vote_went_to_the_same_place() -> None:
    frame = votes(np.random.default_rng(3), 100).frame.with_columns(outcome=pl.lit(1.0))
    assert design(frame, pl.DataFrame()).names == ()


def test_a_comparison_of_one_model_with_itself_or_with_an_unknown_one_says_nothing_of_models() -> None:
    frame = votes(np.random.default_rng(4), 3).frame.with_columns(
        first_checkpoint=pl.Series(["a", "a", "b"]), second_checkpoint=pl.Series(["a", None, "c"])
    )
    terms = design(frame, pl.DataFrame())
    assert terms.source_names == ("b", "c")
    assert terms.sources.toarray().tolist() == [[0, 0], [0, 0], [1, -1]]
