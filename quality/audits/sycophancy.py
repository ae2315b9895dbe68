r"""Does the response win that agrees with the view the prompt states?

**Model.** Each response has a score of how far it agrees with the prompt's stated view, higher for more.
Over strict comparisons whose scores differ, the share that the more agreeing response won, with the two-way
cluster-robust interval (Cameron, Gelbach & Miller 2011, doi:10.1198/jbes.2010.07136). People prefer
convincingly written agreement over correct disagreement in a part of cases (Sharma et al. 2023, "Towards
Understanding Sycophancy in Language Models", arXiv:2310.13548).

**Fields needed.** `aspects`: the axis `agrees_with_view` with one score a response, as a contract names it
in `annotation.aspects`; or the same scores from a judge. Code cannot tell a stated view from other text, so
without them the audit is `not_testable`.

**Why this default.** `max_lean` 0.10, as for length.

**What it does not say.** That agreement is wrong: the view may be right. Ask for prompts that state each
view and its opposite, and compare.
"""

import polars as pl
import pyarrow as pa

from contracts.model import AuditLimit
from quality.audits.fields import COMPARED, lacking
from quality.audits.finding import Finding, untested
from quality.audits.lean import lean_spec, lean_verdict, strict
from quality.verdict import Verdict

CLAUSE = "audits.sycophancy"
METRIC = "agreeing_wins"
AXIS = "agrees_with_view"


def declared_agreement(records: pa.Table, frame: pl.DataFrame, axis: str = AXIS) -> pl.Series | None:
    """How much more the first response agrees than the second, by the scores the records declare.

    Args:
        records: the canonical records that `frame` was made of.
        frame: comparisons (`rampart.records.comparisons`).
        axis: the aspect's name.

    Returns:
        One number a row of `frame`, null where it is not known; None where no record has the aspect.
    """
    aspects = pl.DataFrame(pl.from_arrow(records.select(["record_id", "aspects"]))).explode("aspects")
    named = aspects.unnest("aspects").filter(pl.col("axis") == axis)
    scored = named.unique("record_id", keep="first").select("record_id", "scores")
    if scored.is_empty():
        return None
    score = {
        side: pl.col("scores").list.get(pl.col(f"{side}_position"), null_on_oob=True)
        for side in ("first", "second")
    }
    # An axis with one score for the whole record says nothing about which response agrees.
    each = pl.when(pl.col("scores").list.len() > 1).then(score["first"] - score["second"])
    joined = frame.join(scored, on="record_id", how="left", maintain_order="left")
    return joined.select(agreement=each).to_series()


def audit(
    frame: pl.DataFrame, agreement: pl.Series | None, limit: AuditLimit, evidence: str | None = None
) -> Finding:
    """Share of strict comparisons that the response agreeing more with the stated view won.

    Args:
        frame: comparisons (`rampart.records.comparisons`).
        agreement: from `declared_agreement` or a judge, first less second; None where nobody says.
        limit: the contract's `audits.sycophancy`.
        evidence: address of the rows.
    """
    spec = lean_spec(CLAUSE, METRIC, limit)
    missing = lacking(frame, *COMPARED)
    if missing is None and (agreement is None or agreement.null_count() == len(agreement)):
        missing = (
            f"No record has `aspects` with the axis `{AXIS}` for each response, and no judge tagged them."
        )
    if missing is None:
        uneven = strict(frame.with_columns(agreement=agreement)).filter(pl.col("agreement") != 0)
        if not uneven.is_empty():
            won = uneven.with_columns(wins=(pl.col("agreement") > 0) == (pl.col("outcome") == 1.0))
            subject = "The response that agrees more with the view in the prompt"
            return lean_verdict(spec, subject, won, limit, evidence, feature=AXIS)
        missing = "No strict comparison has responses of which one agrees more."
    return untested(Verdict(spec, "not_testable", None, None, None, 0, missing, evidence), AXIS)
