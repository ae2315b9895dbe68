import numpy as np
import pytest
from numpy.typing import NDArray

from rampart.retrain.promotion import PromotionDecision, decide

Floats = NDArray[np.float64]
SIMULATIONS = 200


def judged(
    challenger: Floats, champion: Floats | None, margin: float = 0.02, seed: int = 1
) -> PromotionDecision:
    """One pair a prompt, all of weight one."""
    keys = [f"key-{i}" for i in range(len(challenger))]
    weights = np.ones(len(challenger))
    return decide(challenger, champion, weights=weights, prompt_keys=keys, margin=margin, seed=seed)


def right(share: float, n: int, seed: int) -> Floats:
    return (np.random.default_rng(seed).random(n) < share).astype(float)


def promoted_share(challenger: float, champion: float | None, n: int, margin: float) -> float:
    """How often a model of this true accuracy is promoted over a champion of that one."""
    rounds = [
        judged(
            right(challenger, n, seed),
            None if champion is None else right(champion, n, seed + 10_000),
            margin,
            seed,
        ).promoted
        for seed in range(SIMULATIONS)
    ]
    return float(np.mean(rounds))


def test_a_model_worse_by_the_margin_passes_in_few_cases() -> None:
    assert promoted_share(0.64, 0.70, n=600, margin=0.06) <= 0.06  # 2.5 % and three standard errors


def test_an_equal_model_passes_about_every_second_time() -> None:
    assert 0.35 <= promoted_share(0.70, 0.70, n=600, margin=0.06) <= 0.6


def test_an_equal_model_passes_less_often_than_a_coin_where_data_are_few() -> None:
    assert promoted_share(0.70, 0.70, n=60, margin=0.02) <= 0.25


def test_a_better_model_passes_nearly_always() -> None:
    assert promoted_share(0.78, 0.70, n=800, margin=0.05) >= 0.9


def test_a_first_model_that_guesses_is_rarely_promoted() -> None:
    assert promoted_share(0.5, None, n=200, margin=0.02) <= 0.06


def test_a_clearly_worse_model_stays_out_with_the_figures() -> None:
    decision = judged(right(0.55, 500, 1), right(0.75, 500, 2))
    assert not decision.promoted
    assert decision.difference is not None and decision.difference < -0.1
    assert decision.reason.startswith("Not promoted: the difference in held-out accuracy is -0.")
    assert "observed worse" in decision.reason


def test_a_loss_within_the_margin_is_still_not_promoted() -> None:
    champion = np.tile([1.0, 1.0, 1.0, 0.0], 500)
    challenger = champion.copy()
    challenger[0] = 0.0
    decision = judged(challenger, champion)
    assert decision.low is not None and decision.low > -0.02
    assert not decision.promoted


def test_a_small_gain_that_may_be_a_loss_is_not_promoted() -> None:
    champion, challenger = np.tile([1.0, 0.0], 30), np.tile([0.0, 1.0], 30)
    challenger[0] = 1.0
    decision = judged(challenger, champion)
    assert decision.difference is not None and decision.difference > 0
    assert not decision.promoted
    assert "does not rule out a loss of 0.020" in decision.reason


def test_both_models_are_compared_pair_by_pair() -> None:
    base = right(0.6, 200, 3)
    better = base.copy()
    better[np.flatnonzero(base == 0)[:20]] = 1.0
    decision = judged(better, base)
    assert decision.promoted
    assert decision.difference == pytest.approx(0.1)
    assert decision.low is not None and decision.low > 0.05  # unpaired, it would reach zero


def test_a_first_model_above_a_coin_is_promoted_and_says_by_how_much() -> None:
    decision = judged(right(0.7, 300, 1), None)
    assert decision.promoted
    assert decision.difference == pytest.approx(right(0.7, 300, 1).mean() - 0.5)
    assert decision.reason.startswith("Promoted as the first model: held-out accuracy 0.")


def test_a_first_model_near_a_coin_is_not_promoted_and_says_why() -> None:
    decision = judged(np.tile([1.0, 0.0], 50), None)
    assert not decision.promoted
    assert "not surely above a coin's 0.5" in decision.reason


@pytest.mark.parametrize("champion", [None, np.zeros(29)])
def test_twenty_nine_prompts_are_too_few_to_decide_on(champion: Floats | None) -> None:
    decision = judged(np.ones(29), champion)
    assert not decision.promoted
    assert (decision.difference, decision.low, decision.high) == (None, None, None)
    assert "29 held-out prompts are too few" in decision.reason


def test_thirty_prompts_are_enough() -> None:
    assert judged(np.ones(30), np.zeros(30)).promoted


def test_many_pairs_of_few_prompts_are_too_few() -> None:
    decision = decide(
        np.ones(100), None, weights=np.ones(100), prompt_keys=["one", "two"] * 50, margin=0.02, seed=1
    )
    assert (decision.n, decision.n_prompts, decision.promoted) == (100, 2, False)


def test_models_judged_on_different_pairs_are_refused() -> None:
    with pytest.raises(ValueError, match="both models are judged on the same pairs"):
        judged(np.ones(40), np.ones(41))
