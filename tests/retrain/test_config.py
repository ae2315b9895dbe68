from dataclasses import fields, replace
from typing import Any

import pytest

from contracts.model import Training
from rampart.retrain.config import TrainConfig
from rampart.retrain.linear.config import LinearConfig

OTHER: dict[str, Any] = {
    **{"l2": 4.0, "max_iterations": 41, "style_scale": 0.4, "strength": "ignore", "margin": 2.0},
    **{"labels": "agreement", "ties": "rao_kupper", "flipped_share": 0.1, "length": "neutral"},
}


@pytest.mark.parametrize(
    "other",
    [
        TrainConfig(backend="trl"),
        TrainConfig(promotion_margin=0.03),
        *(TrainConfig(linear=replace(LinearConfig(), **{name: value})) for name, value in OTHER.items()),
    ],
)
def test_every_choice_is_in_the_digest(other: TrainConfig) -> None:
    assert other.digest != TrainConfig().digest


def test_equal_choices_have_equal_digests() -> None:
    assert TrainConfig().digest == TrainConfig(linear=LinearConfig()).digest


@pytest.mark.parametrize("wrong", [{"l2": 0}, {"max_iterations": 0}, {"style_scale": -1}])
def test_a_choice_that_cannot_train_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="must be positive"):
        LinearConfig(**wrong)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"flipped_share": 0.5}, "flipped_share is 0.5"),
        ({"flipped_share": -0.1}, "flipped_share is -0.1"),
        ({"margin": -1.0}, "margin is -1.0"),
        ({"ties": "rao_kupper", "tie_theta": 1.0}, "above 1"),
        ({"tie_theta": 2.0}, "for ties='rao_kupper'"),
    ],
)
def test_a_choice_about_labels_that_means_nothing_is_refused(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        LinearConfig(**wrong)


def test_every_choice_is_tried_here() -> None:
    assert {one.name for one in fields(LinearConfig)} == {*OTHER, "tie_theta"}


def test_the_terms_of_a_contract_make_the_choices_that_are_a_buyers() -> None:
    terms = Training(
        strength="margin", labels="agreement", ties="rao_kupper", flipped_share=0.1, length="neutral"
    )
    chosen = LinearConfig.under(terms)
    for name in ("strength", "labels", "ties", "flipped_share", "length"):
        assert getattr(chosen, name) == getattr(terms, name) != getattr(LinearConfig(), name)


def test_a_contract_that_says_nothing_trains_as_usual() -> None:
    assert LinearConfig.under(Training()) == LinearConfig()


@pytest.mark.parametrize("margin", [-0.01, 0.5])
def test_a_margin_outside_accuracy_is_refused(margin: float) -> None:
    with pytest.raises(ValueError, match="promotion_margin"):
        TrainConfig(promotion_margin=margin)
