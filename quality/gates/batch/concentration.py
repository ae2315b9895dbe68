r"""How much of a batch comes from its busiest annotator?

**Model.** Annotator $a$ made $x_a$ of $n$ judgements. The largest share is held against the contract with
Goodman's simultaneous intervals (1965, doi:10.1080/00401706.1965.10490252), because it is the largest of
many: each alone at 95 %, some annotator of a crowd would look too busy by chance. The Herfindahl-Hirschman
index $\sum_a (x_a / n)^2$ and its inverse, the number of equally busy annotators that would concentrate the
work as much (Laakso & Taagepera 1979, doi:10.1177/001041407901200101), stand in the reason.

**Fields needed.** `annotator_id`. Judgements without one are in $n$ and in nobody's share, so the figure is a
lower bound, and the reason says how many there are.

**What it does not say.** That the work is bad: only that one person's taste weighs so much. Nobody is named.
"""

import numpy as np
import polars as pl
import pyarrow as pa

from contracts.model import Contract
from quality.intervals.goodman import simultaneous
from quality.verdict import GateSpec, Status, Verdict, consequence_of


def concentration(records: pa.Table, contract: Contract, evidence: str | None = None) -> Verdict | None:
    """The busiest annotator's share of `records` against `annotators.max_share`.

    Args:
        records: canonical records that passed the record gates; of them `annotator_id`.
        contract: the limit.
        evidence: address of the rows.

    Returns:
        *fail* when the simultaneous interval lies above the limit, *warn* when only the share does;
        `not_testable` where no annotator is told. None where the contract sets no limit.
    """
    limit = contract.annotators.max_share
    if limit is None:
        return None
    consequence = consequence_of(contract.annotators.severity)
    spec = GateSpec("annotators.max_share", "busiest_share", limit, consequence)
    n = records.num_rows
    named = pl.DataFrame(pl.from_arrow(records.select(["annotator_id"])))["annotator_id"].drop_nulls()
    if named.is_empty():
        reason = f"None of {n:,} judgements names its annotator."
        return Verdict(spec, "not_testable", None, None, None, n, reason, evidence)
    loads = named.value_counts(sort=True)["count"].to_numpy().astype(np.float64)
    unnamed = n - len(named)
    low, high = simultaneous([*loads, unnamed] if unnamed else loads, n)[0]
    share, index = float(loads[0]) / n, float(((loads / loads.sum()) ** 2).sum())
    status: Status = "fail" if low > limit else "warn" if share > limit else "pass"
    reason = (
        f"The busiest of {len(loads):,} annotators made {share:.1%} of {n:,} judgements (simultaneous 95 % "
        f"interval {low:.1%} to {high:.1%}), {limit:.1%} tolerated; the work is as concentrated as that of "
        f"{1 / index:.1f} equally busy annotators (Herfindahl-Hirschman index {index:.3f})"
        f"{f'; {unnamed:,} judgements name nobody' if unnamed else ''}."
    )
    return Verdict(spec, status, share, float(low), float(high), n, reason, evidence)
