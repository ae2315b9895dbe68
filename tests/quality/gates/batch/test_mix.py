"""A batch off its planned make-up fails when it surely is, not by chance and not for nothing."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from contracts.model import Contract
from quality.gates.batch.mix import mix
from quality.verdict import Verdict
from tests.quality.gates.delivered import terms

PLAN = {"code": 0.4, "math": 0.3, "chat": 0.2, "other": 0.1}


def planned(**changes: Any) -> Contract:
    return terms(mix={"domain": {"shares": PLAN, **changes}})


def batch(items: Sequence[str | None], judgements: int = 1) -> pa.Table:
    """Domains of the items, each judged so often."""
    rows = [(f"i{number}", domain) for number, domain in enumerate(items) for _ in range(judgements)]
    return pa.table(
        {
            "item_id": pa.array([item for item, _ in rows], pa.string()),
            "domain": pa.array([domain for _, domain in rows], pa.string()),
        }
    )


def counted(judgements: int = 1, **counts: int) -> pa.Table:
    return batch([name for name, count in counts.items() for _ in range(count)], judgements)


def distance(table: pa.Table, contract: Contract | None = None) -> Verdict:
    return next(mix(table, contract or planned()))


def test_a_contract_without_a_plan_is_not_judged() -> None:
    assert list(mix(counted(code=5), terms())) == []


def test_a_batch_as_planned_passes_with_its_largest_distance() -> None:
    verdict = distance(counted(code=410, math=300, chat=190, other=100))
    assert (verdict.status, verdict.spec.clause) == ("pass", "mix.domain.shares")
    assert verdict.observed == pytest.approx(0.01)
    assert (verdict.low, verdict.n) == (0.0, 1000)
    assert verdict.high is not None
    assert 0.01 < verdict.high < 0.06


def test_a_batch_surely_off_plan_fails_and_is_told_by_which_value_and_how_far() -> None:
    verdict = distance(counted(code=600, math=100, chat=200, other=100))
    assert (verdict.status, verdict.consequence) == ("fail", "none")
    assert verdict.observed == pytest.approx(0.2)
    assert verdict.reason.startswith("math is 10.0% of 1,000 records, planned 30.0% (simultaneous 95 %")


def test_a_blocking_plan_has_a_person_decide() -> None:
    assert distance(counted(code=900, math=100), planned(severity="blocking")).consequence == "hold"


def test_a_harmless_deviation_of_a_huge_batch_passes_although_the_plan_is_surely_not_met() -> None:
    verdict = distance(counted(code=42_000, math=29_000, chat=19_000, other=10_000))
    assert verdict.status == "pass"
    assert verdict.observed == pytest.approx(0.02)
    p_value = float(verdict.reason.split("p = ")[1].split(",")[0])
    assert p_value < 1e-30


def test_a_small_batch_far_from_its_plan_by_chance_passes_and_says_so() -> None:
    verdict = distance(counted(code=6, math=2, chat=1, other=1))
    assert verdict.status == "pass"
    assert "as chance explains" in verdict.reason


def test_between_the_two_it_warns() -> None:
    verdict = distance(counted(code=245, math=130, chat=85, other=40))
    assert verdict.status == "warn"


def test_judgements_of_one_item_carry_what_the_item_does() -> None:
    alone, often = counted(code=30, math=8, chat=8, other=4), counted(20, code=30, math=8, chat=8, other=4)
    assert distance(often).n == 20 * distance(alone).n
    assert (distance(often).low, distance(often).high) == pytest.approx(
        (distance(alone).low, distance(alone).high)
    )


def test_a_share_exactly_on_the_tolerance_is_not_beyond_it() -> None:
    exact = terms(mix={"domain": {"shares": {"a": 0.25, "b": 0.75}, "tolerance": 0.05}})
    huge = batch(["a"] * 300_000 + ["b"] * 700_000)
    assert distance(huge, exact).status == "pass"


def test_values_that_are_not_listed_break_the_contract_where_it_forbids_them_and_are_never_repeated() -> None:
    table = batch(["code"] * 40 + ["math"] * 30 + ["chat"] * 20 + ["<script>"] * 10)
    shares, unlisted = mix(table, planned())
    assert (unlisted.status, unlisted.observed, unlisted.spec.threshold) == ("fail", 0.1, 0.0)
    assert unlisted.spec.clause == "mix.domain.unlisted"
    assert "<script>" not in shares.reason + unlisted.reason
    assert len(list(mix(table, planned(unlisted="allow")))) == 1
    _, none = mix(counted(code=40, math=30, chat=20, other=10), planned())
    assert (none.status, none.observed) == ("pass", 0.0)


def test_records_without_a_value_are_told_and_too_many_of_them_leave_a_plan_unjudged() -> None:
    few = batch([*["code"] * 400, *["math"] * 300, *["chat"] * 200, *["other"] * 100, *[None] * 20])
    assert distance(few).status == "pass"
    assert "20 records have no value" in distance(few).reason
    many = batch([*["code"] * 400, *["math"] * 300, *["chat"] * 200, *["other"] * 100, *[None] * 200])
    assert distance(many).status == "not_testable"
    surely_off = batch([*["code"] * 900, *[None] * 200])
    assert distance(surely_off).status == "fail"


def test_without_any_value_nothing_is_judged() -> None:
    for verdict in mix(batch([None] * 5), planned()):
        assert (verdict.status, verdict.observed, verdict.n) == ("not_testable", None, 5)


def drawn(rng: np.random.Generator, n: int, shares: list[float]) -> pa.Table:
    return batch(list(rng.choice(list(PLAN), n, p=shares)))


@pytest.mark.parametrize("n", [20, 200, 2000])
def test_an_honest_vendor_is_failed_in_at_most_one_week_in_twenty_even_on_the_tolerance(n: int) -> None:
    rng = np.random.default_rng(n)
    on_plan, edge = list(PLAN.values()), [0.45, 0.25, 0.2, 0.1]
    weeks = Counter(distance(drawn(rng, n, on_plan)).status for _ in range(500))
    assert weeks["fail"] <= 0.02 * 500
    assert weeks["warn"] <= 0.07 * 500  # the test of fit's 5 %
    assert Counter(distance(drawn(rng, n, edge)).status for _ in range(500))["fail"] <= 0.05 * 500


def test_a_planted_shift_is_found() -> None:
    rng = np.random.default_rng(9)
    weeks = Counter(distance(drawn(rng, 500, [0.55, 0.15, 0.2, 0.1])).status for _ in range(100))
    assert weeks["fail"] >= 99
