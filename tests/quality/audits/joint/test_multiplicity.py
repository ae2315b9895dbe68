"""q over a whole report."""

import numpy as np
import pytest
from scipy import stats

from quality.audits.joint.multiplicity import FAMILIES, adjusted, level_alone


def test_one_family_is_benjamini_and_hochbergs() -> None:
    p = [0.001, 0.02, 0.03, 0.6]
    assert adjusted({"features": p})["features"] == pytest.approx(stats.false_discovery_control(p))


def test_what_was_not_tested_stays_untold_and_costs_nothing() -> None:
    assert adjusted({"features": [0.01, None, 0.04]})["features"] == [
        pytest.approx(0.02),
        None,
        pytest.approx(0.04),
    ]
    assert adjusted({"features": [None], "slices": []}) == {"features": [None], "slices": []}


def test_a_crowd_of_slices_costs_a_feature_no_more_than_a_factor_of_two() -> None:
    slices = np.linspace(0.01, 1, 5000).tolist()
    alone = adjusted({"features": [0.004, 0.5]})["features"][0]
    beside = adjusted({"features": [0.004, 0.5], "slices": slices})["features"][0]
    assert alone is not None and beside is not None
    assert alone < beside <= 2 * alone


def test_of_what_a_report_calls_found_one_in_twenty_is_false_at_most() -> None:
    rng, false_share = np.random.default_rng(51), []
    for _ in range(400):
        real, null = rng.uniform(size=20) * 1e-3, rng.uniform(size=10)
        q = adjusted({"features": [*real[:5], *null], "slices": [*real[5:], *rng.uniform(size=1000)]})
        found = np.array([[value <= 0.05 for value in q["features"] if value is not None]]).ravel()
        others = np.array([value <= 0.05 for value in q["slices"] if value is not None])
        false = found[5:].sum() + others[15:].sum()
        false_share.append(false / max(found.sum() + others.sum(), 1))
    assert np.mean(false_share) < 0.06


@pytest.mark.parametrize(("p", "is_found"), [(0.999, True), (1.001, False)], ids=["at the level", "above it"])
def test_a_lone_effect_is_found_at_its_level_and_at_no_larger_p(p: float, is_found: bool) -> None:
    level = level_alone(17)
    assert level == pytest.approx(0.05 / 51)
    others: dict[str, list[float | None]] = {name: [1.0] * 400 for name in FAMILIES[1:]}
    q = adjusted({"features": [p * level, *[1.0] * 16], **others})["features"][0]
    assert q is not None and (q <= 0.05) == is_found
