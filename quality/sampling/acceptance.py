"""Is the batch accepted by its sampling plan? One rule: at most as many defects as the plan accepts.

The plan and its arithmetic are `quality.sampling.plans` and `quality.sampling.operating`; the sample is
simple random. A plan is decided as soon as what is not judged yet could not change it: failed with more
defects than it accepts, whoever leaves the rest undone; accepted when it would be with every unjudged record
a defect. Until then it is not testable. The verdict's interval is Wilson's over the reviewed records
(`quality.intervals.wilson`); it describes, and the plan decides.
"""

from quality.intervals.wilson import wilson
from quality.sampling.plans import SamplingPlan
from quality.verdict import GateSpec, Status, Verdict

METRIC = "defect_rate"


def acceptance(
    plan: SamplingPlan, spec: GateSpec, reviewed: int, defects: int, evidence: str | None = None
) -> Verdict:
    """The verdict on a lot of which `reviewed` records were judged, `defects` of them defective.

    Args:
        plan: how many to look at and how many defects to accept.
        spec: the clause, with `METRIC` and the AQL as its threshold (a share, 0..1).
        reviewed: records of the plan's sample with the verdict ``ok`` or ``defect``.
        defects: those with ``defect``.
        evidence: address of the reviewed sheet.

    Raises:
        ValueError: more defects than reviewed records, or more records than the plan draws.
    """
    if not 0 <= defects <= reviewed <= plan.n:
        raise ValueError(f"{defects} defects among {reviewed} reviewed records of {plan.n} cannot be")
    left = plan.n - reviewed
    if defects <= plan.accept < defects + left:
        reason = (
            f"{reviewed:,} of the plan's {plan.n:,} records are judged, {defects:,} of them defective; the "
            f"plan accepts {plan.accept:,}, so the other {left:,} decide."
        )
        return Verdict(spec, "not_testable", None, None, None, reviewed, reason, evidence)
    low, high = wilson(defects / reviewed, reviewed) if reviewed else (0.0, 1.0)
    status: Status = "fail" if defects > plan.accept else "pass"
    words = "more than" if status == "fail" else "at most"
    whatever = f", whatever the other {left:,} turn out to be" if left else ""
    reason = (
        f"{defects:,} of {reviewed:,} reviewed records are defective ({defects / max(reviewed, 1):.2%}, 95 % "
        f"interval {low:.2%} to {high:.2%}), {words} the {plan.accept:,} that the plan accepts{whatever}."
    )
    return Verdict(spec, status, defects / max(reviewed, 1), low, high, reviewed, reason, evidence)
