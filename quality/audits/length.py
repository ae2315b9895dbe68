r"""Does the longer response win?

**Model.** Over strict comparisons whose responses differ in length, $\hat\mu = \sum_i w_i\,[\text{the
longer of } i \text{ won}] / \sum_i w_i$, with the two-way cluster-robust interval of
`quality.intervals.clustered_share` (Cameron, Gelbach & Miller 2011, doi:10.1198/jbes.2010.07136). Length is
counted in Unicode code points of the text as delivered.

**Fields needed.** `responses`, `ranking`; `annotator_id` for the full interval.

**Why this default.** `max_lean` 0.10 (win rates of 40 % to 60 %) and an effective n of 100, at which the
interval reaches about as far to each side as the limit. For scale: the longer response won 41 % of 5,460
crowd votes (llmfao, all of unequal length) and 67.5 % of 887 expert majorities (PandaLM's test set).

**Pairs of nearly equal length** (`close`, within 15 %) are asked as well: were length itself what counts, the
lean would shrink towards them; where it does not, something that goes with length counts (Singhal, Goyal,
Xu & Durrett 2023, arXiv:2310.03716, compare within strata of length likewise).

**What it does not say.** That length is why it won: a fuller answer is often the better one.
"""

import polars as pl

from contracts.model import AuditLimit
from quality.audits.fields import COMPARED, lacking
from quality.audits.finding import Finding, untested
from quality.audits.lean import lean_spec, lean_verdict, strict
from quality.audits.matched import length_matched
from quality.verdict import Verdict

CLAUSE = "audits.length"
METRIC = "longer_wins"
CLOSE = "longer_wins_close"


def audit(frame: pl.DataFrame, limit: AuditLimit, evidence: str | None = None) -> Finding:
    """Share of strict comparisons of unequal length that the longer response won.

    Args:
        frame: comparisons (`rampart.records.comparisons`).
        limit: the contract's `audits.length`.
        evidence: address of the rows.

    Returns:
        A finding with metric `longer_wins`; `not_testable` without a strict comparison of unequal length or
        with too few effective ones.
    """
    return _longer(frame, METRIC, "The longer response", limit, evidence)


def close(frame: pl.DataFrame, limit: AuditLimit, evidence: str | None = None) -> Finding:
    """`audit` over comparisons whose responses are within 15 % of each other's length."""
    subject = "The longer of two responses of nearly equal length"
    return _longer(frame.filter(length_matched()), CLOSE, subject, limit, evidence, whole=frame)


def _longer(
    frame: pl.DataFrame,
    metric: str,
    subject: str,
    limit: AuditLimit,
    evidence: str | None,
    *,
    whole: pl.DataFrame | None = None,
) -> Finding:
    spec = lean_spec(CLAUSE, metric, limit)
    longer = pl.col("first").str.len_chars().cast(pl.Int64) - pl.col("second").str.len_chars().cast(pl.Int64)
    unequal = strict(frame).with_columns(longer=longer).filter(pl.col("longer") != 0)
    if unequal.is_empty():
        reason = lacking(frame if whole is None else whole, *COMPARED) or (
            "No strict comparison has responses of unequal length, so length cannot have won."
            if whole is None
            else "No strict comparison has responses of unequal, but nearly equal, lengths."
        )
        return untested(Verdict(spec, "not_testable", None, None, None, 0, reason, evidence), "length")
    won = unequal.with_columns(wins=(pl.col("longer") > 0) == (pl.col("outcome") == 1.0))
    return lean_verdict(spec, subject, won, limit, evidence, feature="length")
