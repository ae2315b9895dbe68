"""What a judgement says about its review: what people found too much of, or that they are still to look."""

from prefect import task

from contracts.model import Contract
from quality.sampling.lots import plan_for, spec_of
from quality.verdict import Verdict
from tasks.policy import STAGE
from tasks.records import Gates, Inputs


@task(**STAGE)
def review_verdicts(contract: Contract, week: int, inputs: Inputs, gates: Gates) -> tuple[Verdict, ...]:
    """The verdict of the review that failed; before that, the plan the contract asks for, not judged yet."""
    if inputs.beside.reviewed.verdicts:
        return inputs.beside.reviewed.verdicts
    terms, clause = contract.review_plan(week)
    kept = gates.counts.kept
    plan = plan_for(terms, kept) if kept else None
    if plan is None:
        return ()
    reason = (
        f"People are to review {plan.n:,} of {plan.lot:,} accepted records, with at most {plan.accept:,} "
        "defects (rampart review draw)."
    )
    return (Verdict(spec_of(terms, clause), "not_testable", None, None, None, 0, reason),)
