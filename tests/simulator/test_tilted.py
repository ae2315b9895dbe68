import numpy as np
import pytest

from rampart.records.comparisons import comparisons
from simulator.tilted import tilted


@pytest.mark.parametrize(("tilt", "share"), [(0.0, 0.5), (2.0, 0.7)])
def test_the_longer_response_wins_as_often_as_the_tilt_says(tilt: float, share: float) -> None:
    frame = comparisons(tilted(3, items=1500, count=1500, tilt=tilt).records)
    longer = frame["first"].str.len_chars().cast(int) - frame["second"].str.len_chars().cast(int)
    won = (longer.to_numpy() > 0) == (frame["outcome"].to_numpy() == 1.0)
    assert won[longer.to_numpy() != 0].mean() == pytest.approx(share, abs=0.04)


def test_people_without_a_tilt_choose_the_better_response_three_times_in_four() -> None:
    made = tilted(3, items=1500, count=1500, tilt=0.0)
    outcome = comparisons(made.records)["outcome"].to_numpy()
    assert np.mean((made.gap > 0) == (outcome == 1.0)) == pytest.approx(0.75, abs=0.04)


def test_the_same_seed_gives_the_same_batch_and_each_item_its_own_prompt() -> None:
    one, other = (tilted(5, items=60, count=90, tilt=1.0) for _ in range(2))
    assert one.records.equals(other.records)
    assert comparisons(one.records)["prompt_key"].n_unique() == 60
