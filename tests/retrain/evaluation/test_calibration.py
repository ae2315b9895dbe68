"""The calibration error and its table against scikit-learn's, and against each other."""

import numpy as np
import pytest
from scipy.special import expit
from sklearn.calibration import calibration_curve

from rampart.retrain.evaluation.accuracy import Judged, correctness
from rampart.retrain.evaluation.calibration import expected_calibration_error, reliability


def judged(margins: np.ndarray, targets: np.ndarray) -> Judged:
    right = correctness(margins, targets)
    return Judged(right, np.ones(len(right)), np.arange(len(right)))


@pytest.fixture(scope="module")
def boasts() -> tuple[np.ndarray, np.ndarray]:
    """Margins twice as large as they should be, and what happened."""
    random = np.random.default_rng(3)
    honest = random.normal(size=3_000)
    return 2 * honest, (random.random(3_000) < expit(honest)).astype(np.float64)


def test_the_table_is_that_of_scikit_learn(boasts: tuple[np.ndarray, np.ndarray]) -> None:
    margins, targets = boasts
    # Twenty bins over 0..1 are ten over 0.5..1, where every confidence lies.
    confidence = expit(np.abs(margins))
    accuracy, mean = calibration_curve(correctness(margins, targets), confidence, n_bins=20)
    table = reliability(margins, judged(margins, targets))
    assert [one.accuracy.value for one in table] == pytest.approx(accuracy)
    assert [one.confidence for one in table] == pytest.approx(mean)


def test_the_error_is_the_mean_gap_of_the_table(boasts: tuple[np.ndarray, np.ndarray]) -> None:
    margins, targets = boasts
    table = reliability(margins, judged(margins, targets))
    gap = sum(one.share * abs(one.accuracy.value - one.confidence) for one in table)
    assert expected_calibration_error(margins, targets, np.ones(len(margins))) == pytest.approx(gap)
    assert sum(one.share for one in table) == pytest.approx(1)
    assert sum(one.n_pairs for one in table) == 3_000


def test_boasting_shows_where_the_confidence_is_high(boasts: tuple[np.ndarray, np.ndarray]) -> None:
    last = reliability(boasts[0], judged(*boasts))[-1]
    assert last.accuracy.high is not None and last.accuracy.high < last.confidence


def test_an_empty_bin_is_left_out_and_a_small_one_has_no_interval() -> None:
    margins = np.array([0.0, 4.0])
    table = reliability(margins, judged(margins, np.ones(2)))
    assert [(one.low, one.high, one.n_pairs) for one in table] == [(0.5, 0.55, 1), (0.95, 1.0, 1)]
    assert [one.accuracy.low for one in table] == [None, None]
