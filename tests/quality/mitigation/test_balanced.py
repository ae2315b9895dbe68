import numpy as np
import polars as pl
import pytest

from quality.audits.features.length import LENGTH
from quality.audits.features.measuring import deltas
from quality.mitigation.balanced import kept
from tests.quality.mitigation.planted import Planted


def frame_of(outcome: list[float], weight: list[float]) -> pl.DataFrame:
    return pl.DataFrame({"outcome": outcome, "weight": weight})


def test_it_is_the_largest_subset_in_which_the_longer_response_wins_half(swayed: Planted) -> None:
    frame = swayed.batch.frame
    delta = deltas(frame, [LENGTH]).to_series()
    stays = kept(frame, delta, seed=0) == 1
    inside = (delta != 0).to_numpy()
    won = (delta.to_numpy() > 0) == (frame["outcome"].to_numpy() == 1.0)
    assert won[stays & inside].mean() == 0.5
    # All that the longer response lost stay, so another comparison would be one more that it won.
    assert stays[~won | ~inside].all()
    assert stays.sum() == (~inside).sum() + 2 * (inside & ~won).sum()


def test_a_shorter_lean_is_balanced_as_well() -> None:
    frame = frame_of([0.0, 0.0, 0.0, 1.0, 0.5], [1.0] * 5)
    found = kept(frame, pl.Series([1.0] * 5), seed=3)
    assert found.sum() == 3
    assert (found[3:] == 1).all()


def test_a_seed_repeats_the_draw_and_another_draws_others(swayed: Planted) -> None:
    frame = swayed.batch.frame
    delta = deltas(frame, [LENGTH]).to_series()
    assert np.array_equal(kept(frame, delta, 5), kept(frame, delta, 5))
    assert not np.array_equal(kept(frame, delta, 5), kept(frame, delta, 6))


@pytest.mark.parametrize("seed", range(5))
def test_unequal_weights_leave_it_within_one_comparison_of_half(seed: int) -> None:
    rng = np.random.default_rng(seed)
    weight = rng.choice([1.0, 1 / 3, 1 / 6], 300)
    outcome = (rng.random(300) < 0.7).astype(float)
    stays = kept(frame_of(outcome.tolist(), weight.tolist()), pl.Series(np.ones(300)), seed) == 1
    won, lost = (weight[stays & (outcome == side)].sum() for side in (1.0, 0.0))
    assert 0 <= lost - won < 1


def test_a_balanced_batch_stays_whole() -> None:
    assert kept(frame_of([1.0, 0.0], [1.0, 1.0]), pl.Series([1.0, 1.0]), 0).tolist() == [1.0, 1.0]
