r"""How much of the batch comes from annotators too fast to have read it?

**Model.** Annotator $a$ with at least `min_judgements` timed judgements is a speeder when the median of their
durations is below `min_median_s`. Of $n$ judgements in the batch, $x$ come from speeders; the share is $x /
n$, with Wilson's 95 % interval (Wilson 1927, "Probable Inference, the Law of Succession, and Statistical
Inference", JASA 22(158), doi:10.1080/01621459.1927.10502953). The median, not the mean: one tab left open
overnight must not hide a hundred clicks.

**Fields needed.** `annotator_id` and `duration_s`.

**Why these defaults.** In 8 s one silently reads about 32 words of English non-fiction (238 a minute:
Brysbaert 2019, doi:10.1016/j.jml.2019.104047), fewer than most pairs of responses have; a contract for long
responses should ask for more. Under five judgements a median says little.

**What it does not say.** The denominator is the whole batch, as the contract's words are, so work that cannot
be judged (no id, no duration, too few judgements) counts as not from speeders: the share is a lower bound,
and the reason says how much could be judged. Wilson's interval takes judgements as independent, although a
speeder's come together: it is narrow as a forecast of the next batch.
"""

import math

import polars as pl
import pyarrow as pa
from scipy import stats

from contracts.model import Pace
from quality.verdict import GateSpec, Status, Verdict

CLAUSE = "audits.pace"
METRIC = "speeder_share"


def pace(records: pa.Table, terms: Pace, evidence: str | None = None) -> Verdict:
    """Share of judgements made by annotators whose median duration is below `terms.min_median_s` seconds.

    Args:
        records: canonical records (`rampart.records.canonical.RECORD`).
        terms: the contract's `audits.pace`.
        evidence: address of the rows.

    Returns:
        A verdict with metric `speeder_share` (a share of the batch, 0..1): *fail* when its interval lies
        above `max_share`, *warn* when only the share does. `not_testable` where no annotator can be judged.
    """
    spec = GateSpec(CLAUSE, METRIC, terms.max_share, "hold" if terms.severity == "blocking" else "none")
    n, judged = records.num_rows, _judged(records, terms.min_judgements)
    if judged.is_empty():
        reason = (
            f"None of {n:,} judgements is by an annotator with an id and at least {terms.min_judgements:,} "
            "durations, so nobody's pace can be judged."
        )
        return Verdict(spec, "not_testable", None, None, None, n, reason, evidence)
    fast = judged.filter(_too_fast(terms))
    from_speeders = int(fast["judgements"].sum())
    interval = stats.binomtest(from_speeders, n).proportion_ci(0.95, method="wilson")
    low, high = float(interval.low), float(interval.high)
    status = _status(from_speeders / n, low, terms.max_share)
    reason = (
        f"{fast.height:,} of {judged.height:,} annotators with at least {terms.min_judgements:,} "
        f"durations have a median below {terms.min_median_s:g} s; they made {from_speeders:,} of {n:,} "
        f"judgements ({from_speeders / n:.1%}, Wilson's 95 % interval {low:.1%} to {high:.1%}; "
        f"{judged['judgements'].sum():,} could be judged); {_because(status, terms.max_share)}."
    )
    return Verdict(spec, status, from_speeders / n, low, high, n, reason, evidence)


def speeders(records: pa.Table, terms: Pace) -> pl.DataFrame:
    """Who is behind the share: a row a speeder, most judgements first.

    Args:
        records: canonical records, of which `annotator_id` and `duration_s` are read.
        terms: the contract's `audits.pace`.

    Returns:
        `annotator_id`, `judgements` (all of them), `timed` (how many have a duration) and `median_s`.
    """
    found = _judged(records, terms.min_judgements).filter(_too_fast(terms))
    return found.sort(["judgements", "annotator_id"], descending=[True, False])


def _too_fast(terms: Pace) -> pl.Expr:
    return pl.col("median_s") < terms.min_median_s


def _judged(records: pa.Table, min_judgements: int) -> pl.DataFrame:
    """One row an annotator that can be judged: `judgements` (all of them), `timed` and `median_s`."""
    frame = pl.DataFrame(pl.from_arrow(records.select(["annotator_id", "duration_s"])))
    timed = pl.col("duration_s").filter(pl.col("duration_s").is_between(0, math.inf, closed="left"))
    return (
        frame.drop_nulls("annotator_id")
        .group_by("annotator_id")
        .agg(judgements=pl.len(), timed=timed.len(), median_s=timed.median())
        .filter(pl.col("timed") >= max(1, min_judgements))
    )


def _status(share: float, low: float, max_share: float) -> Status:
    if low > max_share:
        return "fail"
    return "warn" if share > max_share else "pass"


def _because(status: Status, max_share: float) -> str:
    return {
        "fail": f"the interval lies above the tolerated {max_share:.1%}",
        "warn": f"the share is above the tolerated {max_share:.1%}, the interval reaches below it",
        "pass": f"the tolerated {max_share:.1%} is not passed",
    }[status]
