r"""How many comparisons are ties?

**Model.** $\hat\mu = \sum_i w_i\,[i \text{ is a tie}] / \sum_i w_i$ over all comparisons, with Wilson's
interval (Wilson 1927, doi:10.1080/01621459.1927.10502953) as a description: it takes rows as independent,
which they are not.

**Fields needed.** `responses`, `ranking`.

**Why no threshold.** Ties cost training signal but are honest where responses are equally good, so nothing
is asked and the threshold is 1. For scale: 38.9 % of 8,931 crowd votes are ties (llmfao).

**What it does not say.** Where judgements are joined by majority, an item without a majority counts as a
tie.
"""

import polars as pl

from quality.intervals.wilson import weighted_wilson
from quality.verdict import GateSpec, Verdict

SPEC = GateSpec("annotation.scheme", "tie_share", 1.0, "none")


def audit(frame: pl.DataFrame, evidence: str | None = None) -> Verdict:
    """Share of comparisons (`rampart.records.comparisons`) that neither response won.

    Returns:
        A verdict with metric `tie_share` that passes; `not_testable` without comparisons.
    """
    if frame.is_empty():
        reason = "There are no comparisons, so there is no share of ties."
        return Verdict(SPEC, "not_testable", None, None, None, 0, reason, evidence)
    share, low, high = weighted_wilson((frame["outcome"] == 0.5).to_numpy(), frame["weight"].to_numpy())
    reason = (
        f"{share:.1%} of {frame.height:,} comparisons are ties (Wilson's 95 % interval {low:.1%} to "
        f"{high:.1%}); the contract sets no limit."
    )
    return Verdict(SPEC, "pass", share, low, high, frame.height, reason, evidence)
