r"""Where do annotators disagree, and who with whom?

**Model.** Judgements of the same two responses of an item, turned to one order of the pair
(`quality.audits.orientation`), fall on three labels: one won, tie, the other won. With shares $p_k$ among
at least two judgements the entropy is $H = -\sum_k p_k \log_2 p_k$ bits, 0 for agreement and 1.58 for an
even three-way split (Shannon 1948). An annotator's *agreement with the rest* is how often they chose the
label that most of the others chose, where one label led; people differ, and who stands out from that is
judged by `quality.audits.outliers`.

**Fields needed.** `item_id` shared by judgements of at least two annotators, `annotator_id`, `responses`,
`ranking`.

**Why no threshold.** Disagreement is information: on questions of taste it is the answer (Aroyo & Welty
2015, doi:10.1609/aimag.v36i1.2564; Uma et al. 2021, doi:10.1613/jair.1.12752). It is kept as soft labels
(`soft_labels`) and never a reason to discard by itself.

**What it does not say.** Whether a pair was hard or a person careless. The entropy of two or three
judgements is too low on average; compare weeks of equal overlap.
"""

import numpy as np
import polars as pl
import scipy.sparse as sp

from quality.audits.dependence import dependence
from quality.audits.fields import COMPARED, lacking
from quality.audits.finding import Finding
from quality.audits.orientation import oriented
from quality.audits.outliers import MIN_WORK, anscombe, people_apart
from quality.audits.people import FALSE_SHARE, people_finding
from quality.intervals.clustered_estimate import clustered_estimate
from quality.verdict import GateSpec

ENTROPY = GateSpec("annotation.scheme", "disagreement_bits", float(np.log2(3)), "none")
PEOPLE = GateSpec("annotation.scheme", "disagreement_outliers", FALSE_SHARE, "none")
MIN_SHARED = 10  # pairs that two annotators both judged, for their agreement to be told


def audit(frame: pl.DataFrame, evidence: str | None = None) -> tuple[Finding, ...]:
    """How much annotators disagree, and who disagrees with the rest more than people differ anyway.

    Args:
        frame: comparisons (`rampart.records.comparisons`), each judgement a row.
        evidence: address of the rows.

    Returns:
        `disagreement_bits`, which describes, and `disagreement_outliers`.
    """
    missing = lacking(frame, *COMPARED, "annotator_id")
    judged = None if missing else labelled(frame)
    if judged is not None and judged.is_empty():
        missing = "No two annotators judged the same two responses: no `item_id` is shared."
    if missing or judged is None:
        return tuple(
            Finding(spec, "not_testable", None, None, None, 0, missing or "", evidence)
            for spec in (ENTROPY, PEOPLE)
        )
    agreement = with_the_rest(judged)
    about = "agreement with the rest"
    return _entropy(frame, judged, evidence), people_finding(PEOPLE, agreement, about, evidence)


def labelled(frame: pl.DataFrame) -> pl.DataFrame:
    """Judgements of pairs that at least two people judged, as `oriented` has them, with `row` and `size`."""
    known = pl.concat([frame.select("annotator_id"), oriented(frame)], how="horizontal").with_row_index("row")
    known = known.drop_nulls("annotator_id").unique(
        ["pair", "annotator_id"], keep="first", maintain_order=True
    )
    return known.with_columns(size=pl.len().over("pair")).filter(pl.col("size") > 1)


def soft_labels(frame: pl.DataFrame) -> pl.Series:
    """The mean outcome that all judgements of a row's pair give its first response, (n,) in 0..1."""
    turned = oriented(frame)
    mean = pl.col("label").cast(pl.Float64).mean().over("pair") / 2
    return turned.select(soft=pl.when("turned").then(mean).otherwise(1 - mean)).to_series()


def _counts(judged: pl.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """How often each label was given to each pair, (pairs, 3), and each row's pair, from 0."""
    pair = judged["pair"].rank("dense").to_numpy().astype(np.intp) - 1
    label = judged["label"].to_numpy().astype(np.intp)
    counts = np.bincount(pair * 3 + label, minlength=3 * (int(pair.max()) + 1)).reshape(-1, 3)
    return counts, pair


def _entropy(frame: pl.DataFrame, judged: pl.DataFrame, evidence: str | None) -> Finding:
    counts, pair = _counts(judged)
    share = counts / counts.sum(axis=1, keepdims=True)
    bits = -np.sum(share * np.log2(share, out=np.zeros_like(share), where=share > 0), axis=1)
    mean, n = float(bits.mean()), len(bits)
    first = np.unique(pair, return_index=True)[1]
    ways = dependence(frame[judged["row"].to_numpy()[first].tolist()]).ways
    prompts = {name: way for name, way in ways.items() if name != "annotator"}
    found = clustered_estimate(mean, (bits - mean) / n, prompts) if prompts else None
    between = f" (95 % interval {found.low:.2f} to {found.high:.2f})" if found else ""
    reason = (
        f"{judged.height:,} judgements of {n:,} pairs disagree by {mean:.2f} bits on average{between}; "
        f"{float((bits == 0).mean()):.1%} of the pairs are unanimous. Disagreement is kept as soft labels."
    )
    low, high = (found.low, found.high) if found else (None, None)
    return Finding(ENTROPY, "pass", mean, low, high, n, reason, evidence)


def with_the_rest(judged: pl.DataFrame) -> pl.DataFrame:
    """Each annotator's agreement with most of the others: `annotator_id`, `n`, `share`, `p`, `q`, by `p`."""
    counts, pair = _counts(judged)
    own = judged["label"].to_numpy().astype(np.intp)
    others = counts[pair].copy()
    others[np.arange(len(own)), own] -= 1
    ordered = np.sort(others, axis=1)
    leads = ordered[:, 2] > ordered[:, 1]
    agrees = others.argmax(axis=1) == own
    each = (
        judged.select("annotator_id", agrees=agrees, leads=leads)
        .filter("leads")
        .group_by("annotator_id")
        .agg(n=pl.len(), hits=pl.col("agrees").sum())
        .filter(pl.col("n") >= MIN_WORK)
        .sort("annotator_id")
    )
    x, v = anscombe(each["hits"].to_numpy(), each["n"].to_numpy())
    table = each.select("annotator_id", "n", share=pl.col("hits") / pl.col("n")).with_columns(x=x, v=v)
    return people_apart(table).drop("x", "v")


def who_with_whom(judged: pl.DataFrame) -> pl.DataFrame:
    """How often each two annotators gave the same label to the same pair.

    Args:
        judged: from `labelled`.

    Returns:
        `one`, `other`, `n` (pairs both judged, at least `MIN_SHARED`) and `agreement`, least agreement first.
    """
    names = judged["annotator_id"].unique().sort()
    annotator = judged["annotator_id"].rank("dense").to_numpy().astype(np.intp) - 1
    pair = judged["pair"].rank("dense").to_numpy().astype(np.intp) - 1
    label, ones = judged["label"].to_numpy(), np.ones(judged.height)
    shape = (int(pair.max()) + 1, len(names))
    seen = sp.csr_array((ones, (pair, annotator)), shape=shape)
    same = sp.csr_array((len(names), len(names)))
    for each in range(3):
        chose = sp.csr_array((ones * (label == each), (pair, annotator)), shape=shape)
        same = same + chose.T @ chose
    both = sp.triu(seen.T @ seen, k=1).tocoo()
    agreed = np.asarray(same.tocsr()[both.row, both.col]).ravel()
    table = pl.DataFrame(
        {
            "one": names[both.row],
            "other": names[both.col],
            "n": both.data.astype(int),
            "agreement": agreed / both.data,
        }
    )
    return table.filter(pl.col("n") >= MIN_SHARED).sort("agreement", "one", "other")
