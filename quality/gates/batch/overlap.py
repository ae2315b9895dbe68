"""Which share of the items was judged by two annotators or more?

**Model.** Of $n$ items, $x$ have judgements by at least two annotators; Wilson's interval (1927,
doi:10.1080/01621459.1927.10502953). Items are what was drawn, so nothing is clustered further.

**Fields needed.** `item_id`, `annotator_id`. Judgements without an annotator cannot be told apart and count
for no overlap.

**What it does not say.** A judgement that a record gate discarded is no second opinion: overlap ordered may
be more than overlap kept, and the second is what agreement can be computed from.
"""

import polars as pl
import pyarrow as pa

from contracts.model import Contract
from quality.intervals.wilson import wilson
from quality.verdict import GateSpec, Status, Verdict, consequence_of


def overlap(records: pa.Table, contract: Contract, evidence: str | None = None) -> Verdict | None:
    """Share of items with two annotators or more, against `annotators.min_overlap`.

    Args:
        records: canonical records that passed the record gates; of them `item_id` and `annotator_id`.
        contract: the least share.
        evidence: address of the rows.

    Returns:
        *fail* when the interval lies below the least share, *warn* when only the share does; `not_testable`
        where no annotator is told. None where the contract asks for no overlap.
    """
    least = contract.annotators.min_overlap
    if least is None:
        return None
    consequence = consequence_of(contract.annotators.severity)
    spec = GateSpec("annotators.min_overlap", "overlap_share", least, consequence)
    frame = pl.DataFrame(pl.from_arrow(records.select(["item_id", "annotator_id"])))
    if frame["annotator_id"].null_count() == frame.height:
        reason = f"None of {frame.height:,} judgements names its annotator."
        return Verdict(spec, "not_testable", None, None, None, frame.height, reason, evidence)
    people = frame.group_by("item_id").agg(pl.col("annotator_id").drop_nulls().n_unique())["annotator_id"]
    n, shared = len(people), int((people >= 2).sum())
    low, high = wilson(shared / n, n)
    status: Status = "fail" if high < least else "warn" if shared / n < least else "pass"
    reason = (
        f"{shared:,} of {n:,} items were judged by two annotators or more ({shared / n:.1%}, Wilson's 95 % "
        f"interval {low:.1%} to {high:.1%}), at least {least:.1%} asked."
    )
    return Verdict(spec, status, shared / n, low, high, n, reason, evidence)
