"""Which comparisons depend on each other: the clusters an audit's interval is computed over.

Two things are sampled: the people who judge and the prompts they judge. The buyer wants to know about the
vendor's annotators on prompts *like* these, so rows cluster where the sampling happened (Abadie, Athey,
Imbens & Wooldridge 2023, "When Should You Adjust Standard Errors for Clustering?", QJE 138(1),
doi:10.1093/qje/qjac038):

- **by prompt**. All judgements of an item share its responses, and all items of a prompt share what the
  prompt asks for (a prompt for one number leans every comparison towards the short answer). Prompts contain
  items, so clustering by prompt covers dependence within items as well; where no prompt repeats the two are
  the same.
- **by annotator**, whose taste runs through all their judgements.

Where every comparison has the same prompt the items are the clusters, and the figure speaks of that prompt.
A K-wise judgement's pairs share its prompt and annotator, so they need no way of their own.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from quality.intervals.clustered_share import Codes


@dataclass(frozen=True)
class Dependence:
    """How rows cluster: `ways` maps a name to (n,) integers; `note` says, for the reason, what was missing.

    `ways` is empty where fewer than two items were judged, so that no interval exists.
    """

    ways: dict[str, Codes]
    note: str


def dependence(frame: pl.DataFrame) -> Dependence:
    """The clusters of a frame of comparisons (`rampart.records.comparisons`), item way first.

    An unknown annotator cannot be told from another: where all are unknown rows cluster by prompt only, and
    where some are, each of their judgements counts as by an annotator of its own.
    """
    item = _item_way(frame)
    if not item:
        return Dependence({}, "")
    unknown = frame["annotator_id"].null_count()
    if unknown == frame.height:
        return Dependence(item, "annotators are not told apart, so their part of the uncertainty is missing")
    # The prefixes keep a record id from meeting an annotator of the same name.
    names = frame.select(pl.coalesce("a:" + pl.col("annotator_id"), "r:" + pl.col("record_id")))
    annotator = _codes(names.to_series())
    if annotator.max() == 0:
        return Dependence(item, "all by one annotator, so it says nothing about others")
    some = f"{unknown:,} comparisons without an annotator id are taken as by different people"
    return Dependence({**item, "annotator": annotator}, some if unknown else "")


def _item_way(frame: pl.DataFrame) -> dict[str, Codes]:
    for name, column in (("prompt", "prompt_key"), ("item", "item_id")):
        if frame[column].n_unique() > 1:
            return {name: _codes(frame[column])}
    return {}


def _codes(names: pl.Series) -> Codes:
    return names.rank("dense").to_numpy().astype(np.intp) - 1
