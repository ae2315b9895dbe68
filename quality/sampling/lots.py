"""The plan a contract asks for, for a batch of a given size.

A lot is a batch's accepted records. An AQL plan is the standard's (`quality.sampling.plans`); a stated
confidence asks for the least sample that shows it (`quality.sampling.operating.size_to_show`). A batch too
small for either is judged whole, with as many defects as the contract's rate allows of it.
"""

from math import ceil, floor

from contracts.terms.review import ReviewPlan
from quality.sampling.acceptance import METRIC
from quality.sampling.operating import size_to_show
from quality.sampling.plans import SamplingPlan, sampling_plan
from quality.verdict import Consequence, GateSpec


def plan_for(terms: ReviewPlan, lot: int) -> SamplingPlan | None:
    """The plan for `lot` accepted records, at least one; None where the contract asks for no review."""
    if terms.method == "none":
        return None
    if lot < 2:
        return SamplingPlan(lot, lot, 0)
    if terms.method == "aql":
        return _whole_if_smaller(sampling_plan(lot, terms.aql_percent, terms.level), terms)
    defective = ceil(round(terms.tolerable * lot, 9))  # the least number of defects that is not below it
    if defective <= terms.allowed:
        return SamplingPlan(lot, lot, max(defective - 1, 0))
    n = size_to_show(terms.tolerable, terms.confidence, terms.allowed, lot)
    return SamplingPlan(lot, n, terms.allowed)


def limit_of(terms: ReviewPlan) -> float:
    """The defect rate (0..1) the plan is about: the AQL, or what is to be shown."""
    return terms.aql_percent / 100 if terms.method == "aql" else terms.tolerable


def spec_of(terms: ReviewPlan, clause: str) -> GateSpec:
    """What the plan asks, as a gate; `clause` is its address in the contract."""
    consequence: Consequence = "none" if terms.on_fail == "advisory" else "hold"
    return GateSpec(clause, METRIC, limit_of(terms), consequence)


def _whole_if_smaller(plan: SamplingPlan, terms: ReviewPlan) -> SamplingPlan:
    if plan.n < plan.lot:
        return plan
    return SamplingPlan(plan.lot, plan.lot, min(plan.accept, floor(terms.aql_percent / 100 * plan.lot)))
