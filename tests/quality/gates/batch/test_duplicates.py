"""The share of exact duplicates is told, never judged."""

import pytest
from statsmodels.stats.proportion import proportion_confint

from quality.gates.batch.duplicates import duplicate_share
from rampart.records.reasons import mask_of
from tests.quality.gates.delivered import terms

AGAIN, FAST = mask_of(["exact_duplicate"]), mask_of(["too_fast"])


def test_the_share_is_of_readable_records_with_wilsons_interval_and_passes_at_any_height() -> None:
    found = duplicate_share({AGAIN: 1, AGAIN | FAST: 1, FAST: 1, 0: 2}, terms(), "address")
    assert (found.status, found.observed, found.n, found.evidence) == ("pass", 0.4, 5, "address")
    assert (found.low, found.high) == pytest.approx(proportion_confint(2, 5, method="wilson"))
    assert duplicate_share({AGAIN: 5}, terms()).consequence == "none"


@pytest.mark.parametrize("policy", ["allow", "flag"])
def test_where_duplicates_are_not_discarded_the_discards_say_nothing(policy: str) -> None:
    found = duplicate_share({0: 2}, terms({"exact_duplicates": policy}))
    assert (found.status, found.observed) == ("not_testable", None)
    assert policy in found.reason


def test_of_nothing_there_is_no_share() -> None:
    assert duplicate_share({}, terms()).status == "not_testable"
