r"""Labels that say how sure people were, instead of who won.

**Model.** *Shares*: the mean outcome of all judgements of the same two responses
(`quality.audits.disagreement.soft_labels`), a tie one half. *Dawid & Skene*: $\Pr(\text{first is better})
+ \tfrac12 \Pr(\text{tie})$ by the posterior of `quality.annotators.dawid_skene` (doi:10.2307/2346806), which
weighs people by how they err. A Bradley-Terry loss takes either as it is, the cross-entropy against the label
(Peterson et al. 2019, doi:10.1109/ICCV.2019.00971; Uma et al. 2021, doi:10.1613/jair.1.12752).

**By judgement shares change nothing.** The cross-entropy is linear in the label: giving each of a pair's
judgements their mean leaves the loss as it is. Shares differ from what is trained on where the contract joins
judgements by majority, and three to two becomes 0.6 in place of 1.

**Fields needed.** `item_id` shared by judgements of at least two annotators, `annotator_id`.

**What it does not say.** Anything about a feature's lean: a crowd that agrees on the longer response keeps
saying so. A pair judged once keeps its label by shares; Dawid & Skene soften it by how its annotator erred
elsewhere, and can be worse than shares (`quality.annotators.consensus` says which was nearer to known
answers).
"""

import numpy as np
import polars as pl

from quality.annotators.dawid_skene import dawid_skene
from quality.annotators.labels import coded
from quality.audits.disagreement import labelled, soft_labels
from quality.audits.fields import COMPARED, lacking
from quality.audits.orientation import oriented
from quality.intervals.clustered_share import Numbers

ALONE = "No two annotators judged the same two responses: no `item_id` is shared."


def missing(each: pl.DataFrame) -> str:
    """Why there are no soft labels of these judgements; empty where there are."""
    return lacking(each, *COMPARED, "annotator_id") or ("" if labelled(each).height else ALONE)


def shares(each: pl.DataFrame) -> Numbers:
    """(n,) the share of its pair's judgements that each row's first response won, ties one half."""
    return soft_labels(each).to_numpy()


def dawid_skene_labels(each: pl.DataFrame) -> Numbers:
    """(n,) how far each row's first response won by the posterior; by shares where nobody is named."""
    turned = oriented(each).with_columns(annotator_id=each["annotator_id"])
    known = turned.drop_nulls("annotator_id").unique(
        ["pair", "annotator_id"], keep="first", maintain_order=True
    )
    labels = coded(known["pair"].to_numpy(), known["annotator_id"].to_numpy(), known["label"].to_numpy())
    worth = np.array([float(name) / 2 for name in labels.value_names])  # of the pair's upper response
    posterior = pl.DataFrame(
        {"pair": [int(name) for name in labels.item_names], "upper": dawid_skene(labels).posterior @ worth}
    )
    found = turned.join(posterior, on="pair", how="left", maintain_order="left")
    upper = found.select(pl.when("turned").then("upper").otherwise(1 - pl.col("upper"))).to_series()
    return upper.fill_null(pl.Series(shares(each))).to_numpy()


def onto(frame: pl.DataFrame, each: pl.DataFrame, labels: Numbers) -> Numbers:
    """`labels` (of `each` judgement) for the rows of `frame`, which may join the judgements of an item."""
    if frame is each:
        return labels
    # A joined row has the record and the sides of its item's first judgement.
    key = ["record_id", "first", "second"]
    known = each.select(*key, label=pl.Series(labels)).unique(key, keep="first")
    found = frame.join(known, on=key, how="left", maintain_order="left", nulls_equal=True)
    return found["label"].fill_null(frame["outcome"]).to_numpy()
