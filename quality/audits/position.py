r"""Does the response shown first win?

**Model.** Over strict comparisons, $\hat\mu = \sum_i w_i\,[\text{the first of } i \text{ won}] / \sum_i
w_i$, with the two-way cluster-robust interval of `quality.intervals.clustered_share` (Cameron, Gelbach &
Miller 2011, doi:10.1198/jbes.2010.07136). In a list of K responses the one of each pair that stands earlier
is its first.

**Fields needed.** `responses` in the order shown, `ranking`; `annotator_id` for the full interval.

**Why this default.** `max_lean` 0.10 and an effective n of 100, as for length. Where the order is drawn at
random any lean beyond noise comes from the order, so a contract may well ask for less; the first response
won 53.3 % of 5,460 crowd votes (llmfao).

**What it does not say.** Anything, where the files list responses in another order than the screen did, or
where the order was not drawn at random (one model always first). A rate of exactly 0 or 1 smells of a file
that lists the chosen response in a fixed place, and the reason says so.
"""

from dataclasses import replace

import polars as pl

from contracts.model import AuditLimit
from quality.audits.fields import lacking
from quality.audits.finding import Finding, untested
from quality.audits.lean import lean_spec, lean_verdict, strict
from quality.verdict import Verdict

CLAUSE = "audits.position"
METRIC = "first_wins"
FIXED = (
    " Not one comparison went the other way: either nobody read both responses, or the files list the chosen "
    "response in a fixed place instead of the order shown."
)


def audit(frame: pl.DataFrame, limit: AuditLimit, evidence: str | None = None) -> Finding:
    """Share of strict comparisons that the response shown first won.

    Args:
        frame: comparisons (`rampart.records.comparisons`); rows without both positions are left out.
        limit: the contract's `audits.position`.
        evidence: address of the rows.

    Returns:
        A verdict with metric `first_wins`; `not_testable` without a strict comparison whose order is known or
        with too few effective ones.
    """
    spec = lean_spec(CLAUSE, METRIC, limit)
    decided = strict(frame)
    placed = decided.filter(pl.col("first_position") != pl.col("second_position"))  # drops nulls too
    if placed.is_empty():
        told = "tells the order shown (`responses`)" if decided.height else "is strict"
        reason = lacking(frame, "ranking") or f"No comparison {told}, so the place on screen cannot have won."
        return untested(Verdict(spec, "not_testable", None, None, None, 0, reason, evidence), "position")
    earlier = pl.col("first_position") < pl.col("second_position")
    won = placed.with_columns(wins=earlier == (pl.col("outcome") == 1.0))
    verdict = lean_verdict(spec, "The response shown first", won, limit, evidence, feature="position")
    if won.height > 1 and won["wins"].n_unique() == 1:
        return replace(verdict, reason=verdict.reason + FIXED)
    return verdict


def unplaced(frame: pl.DataFrame) -> pl.DataFrame:
    """The comparisons of files that do not list responses in the order shown: no place on screen is known."""
    unknown = pl.lit(None, dtype=pl.Int64)
    return frame.with_columns(first_position=unknown, second_position=unknown)
