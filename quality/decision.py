"""From verdicts to what happens to the batch: one rule, and a sentence that says why."""

from dataclasses import dataclass
from typing import Literal

from quality.verdict import Verdict, gravest

Outcome = Literal["accepted", "accepted_partial", "held", "rejected"]

_OUTCOME: dict[str, Outcome] = {
    "none": "accepted",
    "partial": "accepted_partial",
    "hold": "held",
    "reject": "rejected",
}


@dataclass(frozen=True)
class BatchDecision:
    """What happens to the batch, and why: a phrase without a closing full stop."""

    outcome: Outcome
    reason: str


def decide(verdicts: tuple[Verdict, ...], kept: int) -> BatchDecision:
    """The gravest consequence of the failed clauses decides; a batch without a kept record is rejected.

    `kept` counts records without a discard reason.
    """
    if kept == 0:
        return BatchDecision("rejected", "no record passed the gates")
    consequence = gravest(verdicts)
    behind = [verdict for verdict in verdicts if verdict.consequence == consequence]
    if consequence == "none":
        warned = [verdict.spec.metric for verdict in verdicts if verdict.status == "warn"]
        note = f"; to watch: {', '.join(warned)}" if warned else ""
        return BatchDecision("accepted", f"every blocking clause holds{note}")
    # A verdict's reason is a sentence; here it is a part of one.
    because = "; ".join(f"{v.spec.clause}: {v.reason.rstrip('.')}" for v in behind)
    return BatchDecision(_OUTCOME[consequence], because)
