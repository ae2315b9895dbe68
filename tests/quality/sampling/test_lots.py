"""The plan a contract asks for, by the size of the batch."""

import pytest

from contracts.terms.base import Terms
from contracts.terms.review import AQLS, ReviewPlan
from quality.sampling.lots import limit_of, plan_for, spec_of
from quality.sampling.operating import accepts
from quality.sampling.plans import SamplingPlan, sampling_plan

AQL = ReviewPlan(method="aql", aql_percent=2.5)
SURE = ReviewPlan(method="confidence", tolerable=0.05, confidence=0.95)


def test_a_contract_that_asks_for_no_review_has_no_plan() -> None:
    assert plan_for(ReviewPlan(), 1000) is None


@pytest.mark.parametrize("lot", [200, 1000, 30_000])
def test_an_aql_gives_the_plan_of_the_tables(lot: int) -> None:
    assert plan_for(AQL, lot) == sampling_plan(lot, 2.5)


@pytest.mark.parametrize("lot", [100, 1000, 1_000_000])
def test_a_stated_confidence_gives_the_least_sample_that_shows_it(lot: int) -> None:
    plan = plan_for(SURE, lot)
    assert plan is not None
    assert accepts(plan, 0.05) <= 0.05 < accepts(SamplingPlan(lot, plan.n - 1, 0), 0.05)


@pytest.mark.parametrize(
    ("terms", "lot", "plan"),
    [
        (AQL, 1, SamplingPlan(1, 1, 0)),
        (AQL, 4, SamplingPlan(4, 4, 0)),  # 2.5 % of four records is none
        (SURE, 1, SamplingPlan(1, 1, 0)),
        (SURE.model_copy(update={"allowed": 3}), 40, SamplingPlan(40, 40, 1)),  # two of forty are 5 %
        (SURE, 20, SamplingPlan(20, 19, 0)),
    ],
)
def test_a_batch_too_small_for_a_sample_is_judged_whole(
    terms: ReviewPlan, lot: int, plan: SamplingPlan
) -> None:
    assert plan_for(terms, lot) == plan


@pytest.mark.parametrize("aql", AQLS)
@pytest.mark.parametrize("lot", [2, 17, 300, 10_000, 600_000])
def test_every_aql_has_a_plan_for_every_batch(aql: float, lot: int) -> None:
    plan = plan_for(ReviewPlan(method="aql", aql_percent=aql, level="III"), lot)
    assert plan is not None and 0 <= plan.accept < plan.n <= lot == plan.lot


def test_only_a_plan_that_is_no_advice_holds_a_batch() -> None:
    advisory = ReviewPlan(method="aql", on_fail="advisory")
    assert [spec_of(one, "review.plan").consequence for one in (AQL, advisory)] == ["hold", "none"]
    assert (limit_of(AQL), limit_of(SURE)) == (0.025, 0.05)


def test_an_aql_that_is_in_no_table_is_refused_with_those_that_are() -> None:
    with pytest.raises(ValueError, match="2 % is not in the tables"):
        ReviewPlan(method="aql", aql_percent=2.0)
    assert issubclass(ReviewPlan, Terms)
