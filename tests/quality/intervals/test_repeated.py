"""A share's interval widens where rows repeat an annotator or an item, and keeps its level near the ends."""

import numpy as np
import polars as pl
import pytest

from quality.intervals.repeated import repeated_share
from quality.intervals.wilson import wilson


def rows(items: list[str], annotators: list[str | None], right: list[bool]) -> pl.DataFrame:
    return pl.DataFrame(
        {"item_id": items, "annotator_id": annotators, "right": right},
        schema={"item_id": pl.String, "annotator_id": pl.String, "right": pl.Boolean},
    )


def test_rows_that_repeat_nothing_have_wilsons_interval() -> None:
    frame = rows([f"i{n}" for n in range(10)], [f"a{n}" for n in range(10)], [True] * 8 + [False] * 2)
    low, high, how = repeated_share(frame, "right")
    assert (low, high) == pytest.approx(wilson(0.8, 10))
    assert how == "independent rows"


def test_rows_without_annotators_count_as_by_different_people() -> None:
    frame = rows([f"i{n}" for n in range(10)], [None] * 10, [True] * 8 + [False] * 2)
    assert repeated_share(frame, "right")[2] == "independent rows"


def test_one_careless_annotator_widens_the_interval() -> None:
    right = [False] * 25 + [True] * 75
    careless = rows([f"i{n}" for n in range(100)], [f"a{n // 25}" for n in range(100)], right)
    spread = rows([f"i{n}" for n in range(100)], [f"a{n % 4}" for n in range(100)], right)
    low, high, how = repeated_share(careless, "right")
    narrow = repeated_share(spread, "right")
    assert low < narrow[0]
    assert high > narrow[1]
    assert how == "clustered by 4 annotators"


def test_where_everyone_is_right_the_interval_still_has_a_width() -> None:
    frame = rows([f"i{n % 5}" for n in range(60)], [f"a{n % 12}" for n in range(60)], [True] * 60)
    low, high, _ = repeated_share(frame, "right")
    assert low < 0.95
    assert high == 1.0


def test_a_high_accuracy_of_differing_annotators_is_covered_at_the_nominal_rate() -> None:
    rng, covered, draws = np.random.default_rng(4), 0, 600
    people = np.repeat(np.arange(20), 8)
    for _ in range(draws):
        skill = rng.beta(18, 2, 20)  # 0.9 on average, 0.065 apart
        right = rng.random(len(people)) < skill[people]
        names = [f"a{n}" for n in people]
        low, high, _ = repeated_share(
            rows([f"i{n}" for n in range(160)], list(names), right.tolist()), "right"
        )
        covered += low <= 0.9 <= high
    assert covered / draws >= 0.93
