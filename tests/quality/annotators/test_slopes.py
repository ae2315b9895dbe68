"""Slopes are where the likelihood is greatest, also where the features have long tails."""

import numpy as np
from scipy import special

from quality.annotators.slopes import PRIOR_SD, _deviations


def test_one_great_difference_among_small_ones_leaves_the_slope_at_the_likeliest_place() -> None:
    rng = np.random.default_rng(0)
    codes = np.repeat(np.arange(400), 20)
    x, offset = rng.standard_t(1.5, len(codes)), rng.normal(0, 1.5, len(codes))
    won = (rng.random(len(codes)) < 0.5).astype(float)
    delta, variance = _deviations(x, won, offset, codes)
    p = special.expit(offset + delta[codes] * x)
    score = np.bincount(codes, weights=(won - p) * x) - delta / PRIOR_SD**2
    curvature = np.bincount(codes, weights=p * (1 - p) * x**2) + 1 / PRIOR_SD**2
    assert np.abs(score / curvature).max() < 1e-5
    assert (variance > 0).all()
