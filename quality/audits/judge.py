r"""Do annotators agree with a language model's judgement, and does one of them suddenly agree much more?

**Model.** Over strict comparisons that a judge decided, the share that the annotator decided alike, with
the two-way cluster-robust interval of `quality.intervals.clustered_share`. Beside it, on the comparisons
whose other annotators lead one way, how much more often the judge agrees with an annotator than those
others do: the mean of a paired difference, clustered alike. For *rises*, each annotator's agreement in the
latest week less that in their own earlier weeks, on Anscombe's scale, against everybody else's change
(`quality.audits.outliers`), one-sided: if the judge or the prompts changed, all changed.

**Fields needed.** Labels of a judge, one a comparison (`rampart.judge` asks an endpoint for them, if
somebody sets one up); `annotator_id`, `ranking`; `item_id` shared by judgements for the comparison with
people; `submitted_at` for rises.

**Why this default.** GPT-4 agreed with experts in 85 % of strict votes, experts with each other in 81 %
(Zheng et al. 2023, arXiv:2306.05685, MT-bench), so much agreement alone proves nothing and nothing is asked
of its level. A rise is evidence that output of a model is pasted; a third to a half of crowd workers did so
in one text task (Veselovsky, Ribeiro & West 2023, arXiv:2306.07899).

**What it does not say.** That the judge is right. Who agrees with it may simply be good.
"""

import numpy as np
import polars as pl

from quality.audits.dependence import dependence
from quality.audits.fields import lacking
from quality.audits.finding import Finding
from quality.audits.lean import strict
from quality.audits.orientation import oriented
from quality.audits.outliers import MIN_WORK, anscombe, people_apart
from quality.audits.people import FALSE_SHARE, people_finding
from quality.audits.weeks import weeks
from quality.intervals.clustered_estimate import clustered_estimate
from quality.intervals.clustered_share import clustered_share
from quality.verdict import GateSpec

AGREEMENT = GateSpec("audits.judge", "judge_agreement", 1.0, "none")
BESIDE = GateSpec("audits.judge", "judge_over_people", 1.0, "none")
RISES = GateSpec("audits.judge", "judge_agreement_rises", FALSE_SHARE, "none")
NO_LABELS = "There are no labels of a `judge`: no endpoint was asked."


def audit(frame: pl.DataFrame, labels: pl.Series | None, evidence: str | None = None) -> tuple[Finding, ...]:
    """How far annotators agree with a judge, with each other, and whose agreement with it rose.

    Args:
        frame: comparisons (`rampart.records.comparisons`), each judgement a row.
        labels: what the judge said of each row, as an `outcome`: 1, 0, 0.5 for neither, null for not asked.
        evidence: address of the rows.
    """
    specs = (AGREEMENT, BESIDE, RISES)
    missing = lacking(frame, "ranking", "annotator_id")
    if missing is None and (labels is None or labels.null_count() == len(labels)):
        missing = NO_LABELS
    if missing is None and labels is not None:
        rows = compared(frame, labels)
        if not rows.is_empty():
            return _agreement(rows, evidence), _beside(rows, evidence), _rises(rows, evidence)
        missing = "The `judge` decided no strict comparison."
    return tuple(_nothing(spec, missing or "", evidence) for spec in specs)


def _nothing(spec: GateSpec, reason: str, evidence: str | None) -> Finding:
    return Finding(spec, "not_testable", None, None, None, 0, reason, evidence, "judge")


def compared(frame: pl.DataFrame, labels: pl.Series) -> pl.DataFrame:
    """Strict comparisons that the judge decided, with `agrees` and `people`.

    `people` says whether most of the other annotators of the same pair decided alike; null where none leads.
    """
    known = pl.concat([frame, oriented(frame)], how="horizontal").with_columns(judge=labels)
    decided = strict(known)
    votes, own = pl.len().over("pair") - 1, pl.col("label").cast(pl.Float64) / 2
    lead = (own.sum().over("pair") - own) / votes  # of the others, towards the pair's upper response
    people = pl.when(pl.when(votes > 0).then(lead != 0.5)).then((lead > 0.5) == (own == 1.0))
    return decided.with_columns(people=people, agrees=pl.col("judge") == pl.col("outcome")).filter(
        pl.col("judge").is_in([0.0, 1.0])
    )


def _agreement(rows: pl.DataFrame, evidence: str | None) -> Finding:
    ways = dependence(rows).ways
    n = rows.height
    if not ways:
        return _nothing(AGREEMENT, "All comparisons are of one item.", evidence)
    found = clustered_share(rows["agrees"].to_numpy(), rows["weight"].to_numpy(), ways)
    reason = (
        f"Annotators agree with the judge in {found.share:.1%} of {n:,} strict comparisons (95 % interval "
        f"{found.low:.1%} to {found.high:.1%}); the contract sets no limit."
    )
    return Finding(AGREEMENT, "pass", found.share, found.low, found.high, n, reason, evidence, "judge")


def _beside(rows: pl.DataFrame, evidence: str | None) -> Finding:
    both = rows.drop_nulls("people")
    ways = dependence(both).ways if both.height else {}
    if not ways:
        return _nothing(BESIDE, "No `item_id` has enough annotators for one side to lead.", evidence)
    weight = both["weight"].to_numpy() / both["weight"].sum()
    gap = both["agrees"].to_numpy().astype(float) - both["people"].to_numpy().astype(float)
    value = float(weight @ gap)
    found = clustered_estimate(value, weight * (gap - value), ways)
    if found is None:
        return _nothing(BESIDE, "All comparisons are by one annotator or of one prompt.", evidence)
    shares = [weight @ both[name].to_numpy() for name in ("agrees", "people")]
    reason = (
        f"On {both.height:,} comparisons where the other annotators lead one way, an annotator agrees with "
        f"the judge in {shares[0]:.1%} and with the others in {shares[1]:.1%}: {100 * value:+.1f} points "
        f"(95 % interval {100 * found.low:+.1f} to {100 * found.high:+.1f})."
    )
    return Finding(
        *(BESIDE, "pass", value, found.low, found.high, both.height, reason, evidence),
        *("judge", "association", 0.0, found.p()),
    )


def _rises(rows: pl.DataFrame, evidence: str | None) -> Finding:
    week = weeks(rows)
    if week is None:
        reason = "No comparison has the field `submitted_at`, so weeks cannot be told apart."
        return _nothing(RISES, reason, evidence)
    table = risen(rows.with_columns(week))
    return people_finding(RISES, table, "agreement with the judge", evidence, feature="judge")


def risen(rows: pl.DataFrame) -> pl.DataFrame:
    """How much more each annotator agrees with the judge in the latest week, with `p` and `q`, by `p`.

    `n` and `share` are of the latest week. Annotators need `MIN_WORK` comparisons in it, and before;
    what it was then is `before`.
    """
    now = pl.col("week") == pl.col("week").max()
    dated = rows.drop_nulls(["week", "annotator_id"]).with_columns(now=now)
    halves = [
        dated.filter(part).group_by("annotator_id").agg(n=pl.len(), hits=pl.col("agrees").sum())
        for part in (pl.col("now"), ~pl.col("now"))
    ]
    both = halves[0].join(halves[1], on="annotator_id", suffix="_before").sort("annotator_id")
    both = both.filter(pl.min_horizontal("n", "n_before") >= MIN_WORK)
    x, v = anscombe(both["hits"].to_numpy(), both["n"].to_numpy())
    x_before, v_before = anscombe(both["hits_before"].to_numpy(), both["n_before"].to_numpy())
    table = both.select(
        *("annotator_id", "n"),
        share=pl.col("hits") / pl.col("n"),
        before=pl.col("hits_before") / pl.col("n_before"),
    ).with_columns(x=np.asarray(x - x_before), v=np.asarray(v + v_before))
    return people_apart(table, rising=True).drop("x", "v")
