"""How much of a delivery says again what was said before.

**Model.** Of $n$ readable records, $x$ have the reason `exact_duplicate`: same prompt, responses, label and
annotator as an earlier one, of this delivery or of a batch before. The share stands with Wilson's interval.

**Why no threshold.** The duplicates themselves are discarded one by one and count towards the discard
ceiling. Their share is told beside it, because it points at another fault than hasty work does: an export
made twice, or one judgement sold several times.
"""

from collections.abc import Mapping

from contracts.model import Contract
from quality.intervals.wilson import wilson
from quality.verdict import GateSpec, Verdict
from rampart.records.reasons import BY_CODE

SPEC = GateSpec("gates.exact_duplicates", "duplicate_share", 1.0, "none")
_AGAIN = BY_CODE["exact_duplicate"].mask


def duplicate_share(masks: Mapping[int, int], contract: Contract, evidence: str | None = None) -> Verdict:
    """Share of readable records that are exact duplicates; `masks` counts them by their reasons.

    Advisory: it passes at any share, and is `not_testable` where nothing was read or nobody looked.
    """
    n = sum(masks.values())
    if contract.gates.exact_duplicates != "discard":
        reason = (
            f"gates.exact_duplicates is {contract.gates.exact_duplicates}, so none is among the discards."
        )
        return Verdict(SPEC, "not_testable", None, None, None, n, reason, evidence)
    if not n:
        return Verdict(SPEC, "not_testable", None, None, None, 0, "No record was readable.", evidence)
    again = sum(count for mask, count in masks.items() if mask & _AGAIN)
    low, high = wilson(again / n, n)
    reason = (
        f"{again:,} of {n:,} readable records say what was said before (Wilson's 95 % interval "
        f"{low:.1%} to {high:.1%}); the contract sets no limit."
    )
    return Verdict(SPEC, "pass", again / n, low, high, n, reason, evidence)
