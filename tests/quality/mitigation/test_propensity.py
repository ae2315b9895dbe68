import numpy as np
import polars as pl
import pytest
import statsmodels.api as sm
from scipy import stats

from quality.audits.features.length import LENGTH
from quality.audits.features.measuring import deltas
from quality.mitigation.audited import audited, decided, kish
from quality.mitigation.propensity import FOLDS, LEAST, MOST, propensities, weights
from tests.quality.mitigation.planted import CONTRACT, TILT, Planted, planted


def measured(one: Planted) -> tuple[pl.DataFrame, pl.DataFrame, np.ndarray, np.ndarray]:
    frame = one.batch.frame
    between = deltas(frame, [LENGTH])
    chance = propensities(frame, between["length"])
    return frame, between, chance, weights(frame, between["length"], chance)


def test_a_chance_is_that_of_a_logit_on_the_prompts_of_other_folds(swayed: Planted) -> None:
    frame, between, chance, _ = measured(swayed)
    inside = decided(frame, between["length"])
    delta = between["length"].to_numpy()[inside]
    chosen = (delta > 0) == (frame["outcome"].to_numpy()[inside] == 1.0)
    rank = stats.rankdata(np.abs(delta)) / len(delta)
    terms = sm.add_constant(np.column_stack([rank, rank**2]))
    whole = sm.Logit(chosen.astype(float), terms).fit(disp=0).predict(terms)
    assert np.abs(chance[inside] - whole).max() < 0.05  # four fifths of the prompts say much the same
    assert np.abs(chance[inside] - whole).max() > 1e-4
    assert np.corrcoef(chance[inside], whole)[0, 1] > 0.97


def test_no_prompt_tells_its_own_chance(swayed: Planted) -> None:
    frame, between, chance, _ = measured(swayed)
    prompt = frame["prompt_key"][0]
    turned = frame.with_columns(
        outcome=pl.when(pl.col("prompt_key") == prompt).then(1 - pl.col("outcome")).otherwise("outcome")
    )
    again = propensities(turned, between["length"])
    own = (frame["prompt_key"] == prompt).to_numpy()
    assert np.array_equal(chance[own], again[own], equal_nan=True)
    assert not np.array_equal(chance[~own], again[~own], equal_nan=True)


def test_chances_are_calibrated(swayed: Planted) -> None:
    frame, between, chance, _ = measured(swayed)
    inside = ~np.isnan(chance)
    chosen = (between["length"].to_numpy() > 0) == (frame["outcome"].to_numpy() == 1.0)
    for part in np.array_split(np.flatnonzero(inside)[np.argsort(chance[inside])], 5):
        error = 4 * np.sqrt(0.25 / len(part))
        assert chosen[part].mean() == pytest.approx(chance[part].mean(), abs=error)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_weights_bring_the_interval_of_a_planted_lean_over_one_half(seed: int) -> None:
    frame, between, _, weight = measured(planted(TILT, items=2300, count=3000, seed=seed))
    limit = CONTRACT.audits.length
    before = audited(frame, between, "length", limit)
    after = audited(frame, between, "length", limit, weight=weight)
    assert before.low is not None
    assert before.low > 0.6
    assert after.low is not None
    assert after.high is not None
    assert after.low < 0.5 < after.high
    assert 0.7 < kish(weight) / len(weight) < 0.9


@pytest.mark.parametrize("seed", range(8))
def test_a_clean_batch_is_hardly_changed(seed: int) -> None:
    _, _, _, weight = measured(planted(0.0, items=1600, count=2000, seed=seed))
    assert np.abs(weight - 1).mean() < 0.1
    assert kish(weight) > 0.98 * len(weight)


def test_weights_stay_within_the_clip_however_strong_the_lean() -> None:
    _, _, _, weight = measured(planted(12.0, items=500, count=500))
    assert weight.min() >= LEAST
    assert weight.max() == MOST


def test_a_lean_without_exception_has_weights_too() -> None:
    frame = pl.DataFrame(
        {
            "record_id": [f"r{i}" for i in range(40)],
            "item_id": [f"i{i}" for i in range(40)],
            "prompt_key": [f"p{i}" for i in range(40)],
            "annotator_id": ["a", "b"] * 20,
            "outcome": [1.0, 0.0] * 20,
            "weight": 1.0,
        }
    )
    delta = pl.Series([1.0, -1.0] * 20)
    chance = propensities(frame, delta)
    assert chance == pytest.approx(np.full(40, 32.5 / 33))
    assert weights(frame, delta, chance) == pytest.approx(np.full(40, 0.5 / (32.5 / 33)))
    assert 40 % FOLDS == 0


def test_ties_and_pairs_of_one_length_keep_their_weight(swayed: Planted) -> None:
    frame, between, _, weight = measured(swayed)
    tied = frame.with_columns(outcome=pl.when(pl.int_range(pl.len()) < 50).then(0.5).otherwise("outcome"))
    delta = between["length"]
    tied_weight = weights(tied, delta, propensities(tied, delta))
    assert (tied_weight[:50] == 1).all()
    assert (weight[(delta == 0).to_numpy()] == 1).all()
    assert (delta == 0).any()


def test_swapping_the_sides_changes_no_weight(swayed: Planted) -> None:
    frame, between, _, weight = measured(swayed)
    other = frame.with_columns(outcome=1 - pl.col("outcome"))
    delta = -between["length"]
    assert weights(other, delta, propensities(other, delta)) == pytest.approx(weight)
