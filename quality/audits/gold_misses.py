r"""Is a known error missed more often when the wrong response sounds surer, or reads harder?

**Model.** Of comparisons whose right answer is known, the *miss rate* is the share labelled otherwise. Its
difference between pairs whose worse response is the more assertive one and pairs whose better one is, with
the cluster-robust interval of `quality.audits.contrasts`; the same for the reading grade. After Hosking,
Blunsom & Bartolo 2023 ("Human Feedback is not Gold Standard", arXiv:2309.16349), who planted errors in
texts of either tone.

**Fields needed.** `gold`, `responses`, `ranking`; `annotator_id` for the full interval.

**Why this default.** `max_difference` 0.10: a tenth of all errors of a tone passing unseen is what a buyer
notices.

**What it does not say.** Whether the tone misleads or whether errors in sure-sounding texts are the subtler
ones, unless the same error was written in both tones.
"""

import json
from typing import Any

import polars as pl
import pyarrow as pa

from contracts.model import ContrastLimit
from contracts.terms.annotation import Scheme
from quality.audits.contrasts import contrast, contrast_spec, not_comparable
from quality.audits.features.measuring import Measured
from quality.audits.fields import COMPARED, lacking
from quality.audits.finding import Finding
from rampart.records.schemes import label_reader

BY = {"assertiveness": "sounds surer", "reading_grade": "reads harder"}


def known_outcomes(records: pa.Table, frame: pl.DataFrame, scheme: Scheme) -> pl.Series:
    """Which side of each comparison the gold answer says is better: 1, 0, 0.5 for neither, null for unknown.

    Args:
        records: the canonical records that `frame` was made of.
        frame: comparisons (`rampart.records.comparisons`).
        scheme: the contract's annotation scheme, in whose words golds are written.
    """
    golds = pl.DataFrame(pl.from_arrow(records.select(["record_id", "gold", "responses"])))
    golds = golds.select("record_id", "gold", size=pl.col("responses").list.len()).drop_nulls("gold")
    distinct = golds.select("gold", "size").unique()
    read = label_reader(scheme)
    ranks = [_ranking(read(_parsed(gold), size)) for gold, size in distinct.iter_rows()]
    ranked = distinct.with_columns(known=pl.Series(ranks, dtype=pl.List(pl.Int64)))
    by_record = golds.join(ranked, on=["gold", "size"]).unique("record_id").select("record_id", "known")
    joined = frame.join(by_record, on="record_id", how="left", maintain_order="left")
    first, second = (
        pl.col("known").list.get(pl.col(f"{side}_position"), null_on_oob=True) for side in ("first", "second")
    )
    return joined.select(known=((second - first).sign() + 1) / 2).to_series().cast(pl.Float64)


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


def _ranking(label: Any) -> list[int] | None:
    return None if label is None or label.ranking is None else list(label.ranking)


def audit(
    frame: pl.DataFrame,
    found: Measured,
    known: pl.Series | None,
    limit: ContrastLimit,
    evidence: str | None = None,
) -> tuple[Finding, ...]:
    """How much more often a known answer is missed when the worse response has the stronger tone.

    Args:
        frame: comparisons (`rampart.records.comparisons`).
        found: at least `assertiveness` and `reading_grade`, measured on `frame`.
        known: from `known_outcomes`; None without golds.
        limit: the contract's `audits.groups`.
        evidence: address of the rows.

    Returns:
        A finding for the tone and one for the reading grade, with metrics ``miss_rate_by_<feature>``.
    """
    rows = frame.with_columns(found.delta.select(*BY))
    return tuple(_by(feature, rows, known, limit, evidence) for feature in BY)


def _by(
    feature: str,
    frame: pl.DataFrame,
    known: pl.Series | None,
    limit: ContrastLimit,
    evidence: str | None,
) -> Finding:
    metric = f"miss_rate_by_{feature}"
    missing = lacking(frame, *COMPARED)
    if missing is None and (known is None or known.is_in([0.0, 1.0]).sum() == 0):
        missing = "No comparison has the field `gold` with an answer that says which response is better."
    if missing or known is None:
        return not_comparable(metric, limit, missing or "", evidence)
    rows = frame.with_columns(known=known, more=feature).filter(
        pl.col("known").is_in([0.0, 1.0]) & (pl.col("more") != 0)
    )
    if rows.is_empty():
        return not_comparable(metric, limit, f"No gold comparison differs in {feature}.", evidence)
    misleading = (pl.col("more") > 0) == (pl.col("known") == 0.0)
    rows = rows.with_columns(holds=pl.col("outcome") != pl.col("known"), inside=misleading)
    said = (
        f"Golds are missed in {{inside}} where the worse response {BY[feature]}, {{outside}} where the better"
    )
    return contrast(rows, contrast_spec(metric, limit), limit, said, evidence, feature=feature)
