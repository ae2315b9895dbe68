"""The coefficients are those of the literature and of an independent library."""

import numpy as np
import pytest

from quality.gates.batch.coefficients import Level, Units, agreement, agreement_interval

NONE = float("nan")
# Four observers, twelve units (Krippendorff 2011, section C; Gwet's `cac.raw4raters`).
OBSERVERS = np.array(
    [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, NONE, NONE, NONE],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, NONE, 3],
        [NONE, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, NONE],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, NONE],
    ]
)


def units(judgements: np.ndarray) -> Units:
    """Units out of a table of observers by units, each unit an item."""
    values = np.unique(judgements[~np.isnan(judgements)])
    counts = np.array([[(column == value).sum() for value in values] for column in judgements.T], dtype=float)
    return Units(counts, values, np.arange(len(counts)))


@pytest.mark.parametrize(
    ("level", "published"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849)]
)
def test_alpha_is_the_published_one(level: Level, published: float) -> None:
    assert agreement(units(OBSERVERS), "krippendorff_alpha", level) == pytest.approx(published, abs=5e-4)


def test_ac1_is_the_published_one() -> None:
    # Gwet's R package irrCAC on the same data, `gwet.ac1.raw(cac.raw4raters)`: 0.77544, pa 0.81818.
    assert agreement(units(OBSERVERS), "gwet_ac1", "nominal") == pytest.approx(0.77544, abs=5e-6)
    assert agreement(units(OBSERVERS), "raw", "nominal") == pytest.approx(0.81818, abs=5e-6)


# `krippendorff.alpha(judged, level_of_measurement=level)` of the package krippendorff 0.9.0 (GPL-3, so it is
# not installed here) on the judgements below, for seeds 0 to 4.
BY_LIBRARY: dict[Level, tuple[float, ...]] = {
    "nominal": (0.3221342226, 0.2867683932, 0.354635935, 0.2913583471, 0.2988635414),
    "ordinal": (0.7920988937, 0.730015862, 0.8294777122, 0.7331529984, 0.7078772),
    "interval": (0.8039396967, 0.7315889687, 0.8275475924, 0.7302093119, 0.709179515),
}


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("level", ["nominal", "ordinal", "interval"])
def test_alpha_is_the_librarys_on_random_judgements_with_holes(level: Level, seed: int) -> None:
    rng = np.random.default_rng(seed)
    truth = rng.integers(1, 6, 60)
    judged = np.clip(truth + rng.integers(-1, 2, (4, 60)), 1, 5).astype(float)
    judged[rng.random((4, 60)) < 0.3] = NONE
    judged = judged[:, (~np.isnan(judged)).any(axis=0)]
    found = agreement(units(judged), "krippendorff_alpha", level)
    assert found == pytest.approx(BY_LIBRARY[level][seed], abs=1e-9)


def test_one_value_alone_leaves_alpha_and_ac1_without_a_meaning() -> None:
    same = units(np.ones((3, 10)))
    assert np.isnan(agreement(same, "krippendorff_alpha", "nominal"))
    assert np.isnan(agreement(same, "gwet_ac1", "nominal"))
    assert agreement(same, "raw", "nominal") == 1.0


def test_the_interval_is_the_same_each_time_and_holds_the_coefficient() -> None:
    found = units(OBSERVERS)
    one, other = (agreement_interval(found, "krippendorff_alpha", "ordinal") for _ in range(2))
    assert one == other
    assert one[0] < 0.815 < one[1]


def test_units_of_one_item_are_drawn_together() -> None:
    rng = np.random.default_rng(7)
    truth = np.repeat(rng.integers(1, 6, 40), 4).astype(float)  # an item's four units stand and fall together
    noise = np.repeat(rng.random(40) < 0.4, 4)
    judged = np.array([truth, np.where(noise, 6 - truth, truth)])
    apart = units(judged)
    joined = Units(apart.counts, apart.values, np.repeat(np.arange(40), 4))
    (low, high), (lower, higher) = (
        agreement_interval(each, "krippendorff_alpha", "nominal") for each in (apart, joined)
    )
    assert higher - lower > 1.5 * (high - low)
