"""Is the batch accepted by its sampling plan? One rule: at most as many defects as the plan accepts.

The plan and its arithmetic are `quality.sampling.plans` and `quality.sampling.operating`; the sample is
simple random. Fewer reviewed records than the plan asks for are not testable, whatever they say: of a part
of a sample nothing is published. The verdict's interval is Wilson's over the reviewed records
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
        reviewed: records with the verdict ``ok`` or ``defect``.
        defects: those with ``defect``.
        evidence: address of the reviewed sheet.

    Raises:
        ValueError: more defects than reviewed records.
    """
    if not 0 <= defects <= reviewed:
        raise ValueError(f"{defects} defects among {reviewed} reviewed records cannot be")
    if reviewed < plan.n:
        reason = f"{reviewed:,} records were reviewed and the plan asks for {plan.n:,}."
        return Verdict(spec, "not_testable", None, None, None, reviewed, reason, evidence)
    low, high = wilson(defects / reviewed, reviewed)
    status: Status = "fail" if defects > plan.accept else "pass"
    words = "more than" if status == "fail" else "at most"
    reason = (
        f"{defects:,} of {reviewed:,} reviewed records are defective ({defects / reviewed:.2%}, 95 % "
        f"interval {low:.2%} to {high:.2%}), {words} the {plan.accept:,} that the plan accepts."
    )
    return Verdict(spec, status, defects / reviewed, low, high, reviewed, reason, evidence)
