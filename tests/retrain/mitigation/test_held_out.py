"""On a simulated world, whose truth nobody in it knows: what mitigations do to the reward model."""

from collections.abc import Mapping

import numpy as np
import polars as pl
import pytest

from quality.audits.features.length import LENGTH
from quality.mitigation.every import offers
from quality.mitigation.offer import Offer, Training
from rampart.retrain.mitigation.held_out import Effect, HeldOut, compared, effects, margins
from rampart.retrain.snapshot import split_of
from tests.quality.mitigation.planted import TILT, Planted, planted


def as_delivered(frame: pl.DataFrame) -> Training:
    return Training(np.ones(frame.height), frame["outcome"].to_numpy())


def against_truth(one: Planted, training: Training) -> HeldOut:
    frame = one.batch.frame
    plain, after = margins(frame, as_delivered(frame)), margins(frame, training)
    return compared(frame, plain, after, (one.gap > 0).astype(float))


@pytest.fixture(scope="module")
def swayed() -> Planted:
    return planted(TILT, items=2300, count=3000)


@pytest.fixture(scope="module")
def made(swayed: Planted) -> dict[str, Offer]:
    return {offer.name: offer for offer in offers(swayed.batch, LENGTH)}


@pytest.fixture(scope="module")
def found(swayed: Planted, made: dict[str, Offer]) -> Mapping[str, Effect]:
    return effects(swayed.batch.frame, list(made.values()))


@pytest.mark.parametrize("name", ["propensity_weights", "balanced_subset"])
def test_a_model_without_the_lean_is_nearer_to_the_truth(
    name: str, swayed: Planted, made: dict[str, Offer]
) -> None:
    training = made[name].training
    assert training is not None
    truth = against_truth(swayed, training)
    assert truth.difference.low is not None
    assert truth.difference.low > 0.01
    assert truth.distinguishable


@pytest.mark.parametrize("name", ["propensity_weights", "balanced_subset"])
def test_held_out_labels_with_the_lean_say_the_opposite_and_balanced_ones_do_not(
    name: str, found: Mapping[str, Effect]
) -> None:
    assert found[name].delivered.difference.value < 0
    balanced = found[name].balanced
    assert balanced is not None
    assert balanced.difference.value > 0


def test_by_judgement_shares_are_the_loss_already_trained_on(found: Mapping[str, Effect]) -> None:
    assert abs(found["soft_labels"].delivered.difference.value) < 0.005
    assert "not distinguishable at this holdout" in found["soft_labels"].delivered.sentence


def test_offers_that_wait_for_people_train_nothing(found: Mapping[str, Effect]) -> None:
    assert set(found) == {"propensity_weights", "balanced_subset", "soft_labels", "dawid_skene_labels"}


def test_a_clean_batch_loses_nothing_that_could_be_told() -> None:
    clean = planted(0.0, items=1600, count=2000, seed=1)
    (weights,) = (
        offer.training for offer in offers(clean.batch, LENGTH) if offer.name == "propensity_weights"
    )
    assert weights is not None
    truth = against_truth(clean, weights)
    assert not truth.distinguishable
    assert abs(truth.difference.value) < 0.02


def test_the_margins_are_of_held_out_prompts_alone(swayed: Planted) -> None:
    frame = swayed.batch.frame
    held = ~np.isnan(margins(frame, as_delivered(frame)))
    assert held.tolist() == [split_of(key) == "holdout" for key in frame["prompt_key"]]


def test_no_held_out_label_or_weight_reaches_the_model(swayed: Planted) -> None:
    frame = swayed.batch.frame
    plain = margins(frame, as_delivered(frame))
    held = ~np.isnan(plain)
    upside_down = np.where(held, 1 - frame["outcome"].to_numpy(), frame["outcome"].to_numpy())
    weight = np.where(held, 7.0, 1.0)
    assert np.array_equal(plain, margins(frame, Training(weight, upside_down)), equal_nan=True)


def test_leaving_out_is_training_on_the_rest(swayed: Planted) -> None:
    frame = swayed.batch.frame
    half = (np.arange(frame.height) % 2).astype(float)
    held = ~np.isnan(margins(frame, as_delivered(frame)))
    rest = frame.filter(pl.Series((half > 0) | held))
    with_zeros = margins(frame, Training(half, frame["outcome"].to_numpy()))
    without = margins(rest, as_delivered(rest))
    assert np.array_equal(with_zeros[held], without[~np.isnan(without)])


def test_figures_are_weighted_means_and_their_difference() -> None:
    frame = pl.DataFrame({"weight": [1.0] * 4, "prompt_key": ["a", "b", "c", "d"]})
    before, after = np.array([1.0, -1.0, 2.0, np.nan]), np.array([1.0, 1.0, -2.0, np.nan])
    told = compared(frame, before, after, np.array([1.0, 1.0, 1.0, 1.0]), np.array([1.0, 2.0, 1.0, 9.0]))
    assert (told.before.value, told.after.value, told.difference.value) == (0.5, 0.75, 0.25)
    assert (told.n_pairs, told.n_prompts) == (3, 3)
    assert told.difference.low is None
    assert not told.distinguishable


def test_without_prompts_on_both_sides_nothing_is_said(swayed: Planted, made: dict[str, Offer]) -> None:
    frame = swayed.batch.frame
    alone = frame.filter(pl.col("prompt_key") == frame["prompt_key"][0])
    assert effects(alone, list(made.values())) == {}
