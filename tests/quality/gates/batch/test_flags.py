"""What is flagged is counted and told, and never holds a batch."""

import pytest
from statsmodels.stats.proportion import proportion_confint

from quality.gates.batch.flags import flagged
from rampart.records.reasons import mask_of
from tests.quality.gates.delivered import terms

ASKED = terms({"refusals": "flag", "boilerplate": "flag", "damaged_text": "discard"})
REFUSED, FILLER, DAMAGED = (mask_of([code]) for code in ("refusal", "boilerplate", "damaged_text"))


def test_each_flag_the_contract_asks_for_is_counted_with_its_interval_and_warns() -> None:
    refusals, filler = flagged({0: 90, REFUSED: 6, REFUSED | DAMAGED: 4}, ASKED, "address")
    assert (refusals.status, refusals.observed, refusals.n, refusals.consequence) == (
        "warn",
        0.1,
        100,
        "none",
    )
    assert (refusals.low, refusals.high) == pytest.approx(proportion_confint(10, 100, method="wilson"))
    assert (refusals.spec.clause, refusals.spec.metric) == ("gates.refusals", "refusal_flags")
    assert refusals.reason.endswith("A response refuses to answer.")
    assert (filler.status, filler.observed, filler.evidence) == ("pass", 0.0, "address")


def test_nothing_is_told_where_nothing_is_flagged_or_read() -> None:
    assert list(flagged({FILLER: 3}, terms())) == []
    assert {found.status for found in flagged({}, ASKED)} == {"not_testable"}
