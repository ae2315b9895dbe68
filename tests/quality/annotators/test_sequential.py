"""A promised accuracy is tested after every answer, and the p-value stays right."""

import numpy as np
import polars as pl
import pytest
from scipy import integrate, stats

from quality.annotators import gold
from quality.annotators.evidence import Missing
from quality.annotators.sequential import anytime_p, log_evidence


@pytest.mark.parametrize(("right", "wrong", "promised"), [(3, 9, 0.8), (40, 2, 0.9), (0, 5, 0.5)])
def test_the_evidence_is_the_integral(right: int, wrong: int, promised: float) -> None:
    jeffreys = stats.beta(0.5, 0.5)

    def ratio(theta: float) -> float:
        likelihood = stats.binom.pmf(right, right + wrong, theta) / stats.binom.pmf(
            right, right + wrong, promised
        )
        return float(likelihood * jeffreys.pdf(theta) / jeffreys.cdf(promised))

    expected, _ = integrate.quad(ratio, 0, promised, limit=200)
    found = np.exp(log_evidence(np.array([float(right)]), np.array([float(wrong)]), promised))[0]
    assert found == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("accuracy", [0.8, 0.9])
def test_who_keeps_the_promise_is_ever_accused_in_at_most_one_case_of_twenty(accuracy: float) -> None:
    rng = np.random.default_rng(1)
    people, questions = 2000, 300
    right = rng.random(people * questions) < accuracy
    p = anytime_p(right, np.repeat(np.arange(people), questions), promised=0.8)
    assert (p < 0.05).mean() <= 0.05


def test_who_breaks_it_is_found() -> None:
    rng = np.random.default_rng(2)
    right = rng.random(500 * 100) < 0.6
    p = anytime_p(right, np.repeat(np.arange(500), 100), promised=0.8)
    assert (p < 0.05).mean() > 0.9


def test_later_good_answers_do_not_mend_a_broken_promise() -> None:
    right = np.append(np.zeros(20, dtype=bool), np.ones(500, dtype=bool))
    assert anytime_p(right, np.zeros(520, dtype=np.intp), promised=0.8)[0] < 1e-6


def test_the_order_of_one_person_is_kept_among_others() -> None:
    rng = np.random.default_rng(3)
    right, who = rng.random(900) < 0.7, rng.integers(0, 3, 900)
    together = anytime_p(right, who, promised=0.8)
    alone = [
        anytime_p(right[who == code], np.zeros((who == code).sum(), np.intp), 0.8)[0] for code in range(3)
    ]
    assert together == pytest.approx(alone)


def test_the_posterior_is_jeffreys() -> None:
    mean, low, high = gold.posterior(np.array([18.0]), np.array([2.0]))
    assert mean[0] == pytest.approx(18.5 / 21)
    assert (low[0], high[0]) == pytest.approx(stats.beta(18.5, 2.5).ppf([0.025, 0.975]))


def answers(rng: np.random.Generator, worst: float) -> pl.DataFrame:
    """Twenty people with forty questions each, one of whom is right in `worst` of them."""
    who = np.repeat(np.arange(20), 40)
    right = rng.random(800) < np.where(who == 0, worst, 0.9)
    return pl.DataFrame({"annotator_id": [f"{code:02}" for code in who], "right": right})


def test_the_one_who_tosses_coins_stands_out_by_both() -> None:
    compared, promise = gold.evidence(answers(np.random.default_rng(4), 0.5), promised=0.8)
    for found in (compared, promise):
        assert isinstance(found, pl.DataFrame)
        assert found["annotator_id"][found["p"].arg_min() or 0] == "00"
        assert found["p"].min() < 1e-3  # type: ignore[operator]


def test_without_a_promise_or_without_gold_it_says_so() -> None:
    _, promise = gold.evidence(answers(np.random.default_rng(5), 0.9))
    assert isinstance(promise, Missing)
    assert promise.field == "annotators.gold.min_accuracy"
    nothing = gold.evidence(answers(np.random.default_rng(5), 0.9).clear(), promised=0.8)
    assert [each.field for each in nothing if isinstance(each, Missing)] == ["gold", "gold"]
