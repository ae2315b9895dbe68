import pytest

from rampart.retrain.config import TrainConfig
from rampart.retrain.linear.config import LinearConfig


@pytest.mark.parametrize(
    "other",
    [
        TrainConfig(backend="trl"),
        TrainConfig(promotion_margin=0.03),
        TrainConfig(linear=LinearConfig(l2=4)),
        TrainConfig(linear=LinearConfig(max_iterations=41)),
        TrainConfig(linear=LinearConfig(style_scale=0.4)),
    ],
)
def test_every_choice_is_in_the_digest(other: TrainConfig) -> None:
    assert other.digest != TrainConfig().digest


def test_equal_choices_have_equal_digests() -> None:
    assert TrainConfig().digest == TrainConfig(linear=LinearConfig()).digest


@pytest.mark.parametrize("wrong", [{"l2": 0}, {"max_iterations": 0}, {"style_scale": -1}])
def test_a_choice_that_cannot_train_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="must be positive"):
        LinearConfig(**wrong)


@pytest.mark.parametrize("margin", [-0.01, 0.5])
def test_a_margin_outside_accuracy_is_refused(margin: float) -> None:
    with pytest.raises(ValueError, match="promotion_margin"):
        TrainConfig(promotion_margin=margin)
