r"""How many comparisons are ties, and who or which week has more of them?

**Model.** $\hat\mu = \sum_i w_i\,[i \text{ is a tie}] / \sum_i w_i$ over all comparisons, with Wilson's
interval (Wilson 1927, doi:10.1080/01621459.1927.10502953) as a description: it takes rows as independent,
which they are not. The latest week is compared with the earlier ones on a cluster-robust interval
(`quality.audits.contrasts`), and each annotator with the others, who differ too
(`quality.audits.outliers`).

**Fields needed.** `responses`, `ranking`; `submitted_at` for weeks, `annotator_id` for people.

**Why no threshold on the share.** Ties cost training signal but are honest where responses are equally
good, so nothing is asked and the threshold is 1. For scale: 38.9 % of 8,931 crowd votes are ties (llmfao).

**What it does not say.** Where judgements are joined by majority, an item without a majority counts as a
tie. Who ties more may have been given closer pairs.
"""

import polars as pl

from contracts.model import ContrastLimit
from quality.audits.contrasts import contrast, contrast_spec, not_comparable
from quality.audits.fields import lacking
from quality.audits.finding import Finding
from quality.audits.outliers import MIN_WORK, anscombe, people_apart
from quality.audits.people import FALSE_SHARE, people_finding
from quality.audits.weeks import weeks
from quality.intervals.wilson import weighted_wilson
from quality.verdict import GateSpec, Verdict

SPEC = GateSpec("annotation.scheme", "tie_share", 1.0, "none")
PEOPLE = GateSpec("annotation.scheme", "tie_outliers", FALSE_SHARE, "none")
IS_TIE = pl.col("outcome") == 0.5


def audit(frame: pl.DataFrame, evidence: str | None = None) -> Verdict:
    """Share of comparisons (`rampart.records.comparisons`) that neither response won.

    Returns:
        A verdict with metric `tie_share` that passes; `not_testable` without comparisons.
    """
    if missing := lacking(frame, "ranking"):
        return Verdict(SPEC, "not_testable", None, None, None, 0, missing, evidence)
    share, low, high = weighted_wilson((frame["outcome"] == 0.5).to_numpy(), frame["weight"].to_numpy())
    reason = (
        f"{share:.1%} of {frame.height:,} comparisons are ties (Wilson's 95 % interval {low:.1%} to "
        f"{high:.1%}); the contract sets no limit."
    )
    return Verdict(SPEC, "pass", share, low, high, frame.height, reason, evidence)


def by_week(frame: pl.DataFrame, limit: ContrastLimit, evidence: str | None = None) -> Finding:
    """How much more often the latest week ties than those before it, with metric `tie_share_change`."""
    metric, week = "tie_share_change", weeks(frame)
    missing = lacking(frame, "ranking")
    if missing is None and week is None:
        missing = "No comparison has the field `submitted_at`, so weeks cannot be told apart."
    if missing or week is None:
        return not_comparable(metric, limit, missing or "", evidence)
    dated = frame.with_columns(week).drop_nulls("week")
    latest = dated.select(pl.col("week").max().cast(pl.String)).item()
    rows = dated.with_columns(holds=IS_TIE, inside=pl.col("week") == pl.col("week").max())
    if rows["inside"].all():
        return not_comparable(metric, limit, f"All comparisons are of one week ({latest}).", evidence)
    said = f"{{inside}} of the comparisons of week {latest} are ties, {{outside}} of those before"
    return contrast(rows, contrast_spec(metric, limit), limit, said, evidence, feature="ties")


def by_annotator(frame: pl.DataFrame, evidence: str | None = None) -> Finding:
    """Who ties far more or far less than the others, with metric `tie_outliers`."""
    if missing := lacking(frame, "ranking", "annotator_id"):
        return Finding(PEOPLE, "not_testable", None, None, None, 0, missing, evidence, "ties")
    return people_finding(PEOPLE, tie_rates(frame), "ties", evidence, feature="ties")


def tie_rates(frame: pl.DataFrame) -> pl.DataFrame:
    """Each annotator with at least `MIN_WORK` comparisons: `annotator_id`, `n`, `share`, `p`, `q`, by `p`."""
    each = frame.drop_nulls("annotator_id").group_by("annotator_id").agg(n=pl.len(), hits=IS_TIE.sum())
    work = each.filter(pl.col("n") >= MIN_WORK).sort("annotator_id")
    x, v = anscombe(work["hits"].to_numpy(), work["n"].to_numpy())
    table = work.select("annotator_id", "n", share=pl.col("hits") / pl.col("n")).with_columns(x=x, v=v)
    return people_apart(table).drop("x", "v")
