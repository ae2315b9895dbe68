"""Batches made to be too much: what is asked of memory grows with the rows, not with their square."""

import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import polars as pl
import pytest

from quality.annotators import cohen, cycles, slopes
from quality.annotators.consensus import consensus
from quality.annotators.labels import coded
from quality.gates.batch.coefficients import Units, agreement_interval

MEGABYTE = 1_000_000


@contextmanager
def within(megabytes: float) -> Iterator[None]:
    """What NumPy and Python hold at the most in the block."""
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < megabytes * MEGABYTE
    finally:
        tracemalloc.stop()


def test_one_long_id_costs_its_length_once_and_not_once_a_row() -> None:
    items = ["i" * 100_000, *map(str, range(1_999))]
    with within(10):
        said = coded(items, ["a"] * 2_000, ["x"] * 2_000)
    assert said.item_names[-1] == items[0]
    assert said.items.tolist() == [1_999, *np.argsort(np.argsort(items[1:])).tolist()]


def test_a_scheme_of_fifty_words_is_drawn_pair_by_pair() -> None:
    rng = np.random.default_rng(1)
    truth = rng.integers(0, 50, 60)
    who, item = np.repeat(np.arange(25), 60), np.tile(np.arange(60), 25)
    said = np.where(rng.random(1_500) < 0.7, truth[item], rng.integers(0, 50, 1_500))
    with within(20):
        found = cohen.pairwise(coded(item, who, said))
    assert found.height == 300
    assert (found["low"] < found["kappa"]).all()
    assert (found["kappa"] < found["high"]).all()


def test_alpha_of_many_words_needs_no_table_of_words_squared_an_item() -> None:
    rng = np.random.default_rng(4)
    counts = np.zeros((1_000, 300))
    for _ in range(3):
        np.add.at(counts, (np.arange(1_000), rng.integers(0, 300, 1_000)), 1.0)
    with within(100):
        units = Units(counts, np.arange(300.0), np.arange(1_000))
        low, high = agreement_interval(units, "krippendorff_alpha", "nominal")
    assert low < 0 < high


def test_many_known_answers_are_drawn_in_blocks() -> None:
    items = [str(number) for number in range(20_000)]
    said = coded(items, ["a", "b"] * 10_000, ["x", "x", "y", "y"] * 5_000, dict.fromkeys(items, "x"))
    with within(120):
        found = consensus(said)
    assert found.majority is not None
    assert found.majority.low < 0.5 < found.majority.high


def test_a_pair_with_more_cells_than_can_be_drawn_has_no_interval() -> None:
    cells = cohen.MOST_CELLS + 1
    found = cohen.pairwise(coded([*range(cells)] * 2, ["a"] * cells + ["b"] * cells, [*range(cells)] * 2))
    assert found.row(0) == ("a", "b", cells, pytest.approx(1.0), None, None)


def test_an_item_that_everybody_judged_makes_no_pair_of_all() -> None:
    crowd = 20_000
    items = [0] * crowd + [*range(1, 41)] * 2
    people = [*range(crowd), *([1] * 40), *([2] * 40)]
    with within(100):
        found = cohen.pairwise(coded(items, people, ["x"] * (crowd + 40) + ["y"] * 40))
    assert found.select("one", "other", "n").rows() == [("1", "2", 41)]


def wins(pairs: list[tuple[int, int]]) -> pl.DataFrame:
    """Comparisons by one annotator on one prompt; the first of each pair won."""
    return pl.DataFrame(
        {"first": [f"text {one}" for one, _ in pairs], "second": [f"text {other}" for _, other in pairs]}
    ).with_columns(annotator_id=pl.lit("a"), prompt_key=pl.lit("p"), outcome=1.0, weight=1.0)


def test_a_response_compared_with_all_others_makes_no_path_of_each_two(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = []
    join = pl.DataFrame.join

    def watched(*args: object, **kwargs: object) -> pl.DataFrame:
        found = join(*args, **kwargs)  # type: ignore[arg-type]
        made.append(found.height)
        return found

    monkeypatch.setattr(pl.DataFrame, "join", watched)
    hub = [(0, other) for other in range(1, 2_001)] + [(other, 0) for other in range(2_001, 4_001)]
    # One cycle and one transitive triad through the hub.
    assert cycles.triads(wins([*hub, (1, 2_001), (1, 2)])).rows() == [("a", 2, 1)]
    assert max(made) < 10_000


def test_a_draw_of_wins_keeps_the_share_of_cycles(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(2)
    pairs = [
        (one, other) if rng.random() < 0.5 else (other, one) for one in range(100) for other in range(one)
    ]
    every = cycles.triads(wins(pairs)).row(0, named=True)
    monkeypatch.setattr(cycles, "MOST_WINS", 2_500)
    drawn = cycles.triads(wins(pairs)).row(0, named=True)
    assert drawn["triads"] == pytest.approx(every["triads"] * (2_500 / len(pairs)) ** 3, rel=0.05)
    assert drawn["cycles"] / drawn["triads"] == pytest.approx(every["cycles"] / every["triads"], abs=0.02)
    assert cycles.triads(wins(pairs[::-1])).row(0, named=True) == drawn


def test_who_did_too_little_to_be_judged_needs_no_room_for_features_squared() -> None:
    rng = np.random.default_rng(3)
    who = np.concatenate([np.arange(20_000), np.repeat(np.arange(20_000, 20_020), 30)])
    features, won = rng.normal(size=(len(who), 20)), (rng.random(len(who)) < 0.5).astype(float)
    with within(45):
        found = slopes.slopes(features, won, who)
    assert found.annotators.tolist() == list(range(20_000, 20_020))
