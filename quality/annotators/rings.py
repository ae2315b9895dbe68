r"""Who writes the rationales that somebody else writes too?

**Model.** Two rationales are the same where their words are, and near where `quality.gates.likeness` says so:
most words in the same order, differing here and there. Rationales that are the same or near, directly or
through others, make one text. Of annotator $a$'s $n_a$ rationales of eight words or more, $x_a$ are a text
that another annotator wrote as well: a share against the crowd's (`quality.annotators.crowd`), upper tail. A
*ring* is a set of annotators connected by pairs that share at least three texts.

**Fields needed.** `rationale`, `annotator_id`.

**Why these defaults.** Shorter rationales ("The first one is better.") are said by honest people alike. Three
shared texts: two people who meet once or twice at the same short sentence are no ring. A text of more than 50
annotators is a template, which says nothing of any two of them; it still counts for each.

**What it does not say.** Who copied from whom, or that a shared template was not handed out by the vendor.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl
import pyarrow as pa
from scipy import sparse

from quality.annotators.evidence import Missing, of_shares
from quality.gates.likeness.compared import RATIONALE, rationale_items
from quality.gates.likeness.twins import Signed, near_pairs, signatures

STATISTIC = "shared_rationales"
LEAST = 10
AT_LEAST = 0.8  # share of equal words: the default of gates.near_duplicate_similarity
LEAST_SHARED = 3
MOST_AUTHORS = 50


@dataclass(frozen=True)
class Ring:
    """Annotators who share texts, and how many texts two of them or more have in common."""

    annotators: tuple[str, ...]
    texts: int


def shared_texts(records: pa.Table, at_least: float = AT_LEAST) -> pl.DataFrame:
    """Every judgement with a rationale long enough: `row`, `annotator_id`, `text` (a number), `authors`."""
    frame = pl.DataFrame(pl.from_arrow(records.select(["annotator_id", "rationale"])))
    items = rationale_items(frame["rationale"])
    told = frame.select("annotator_id", item=items).with_row_index("row").drop_nulls()
    if told.is_empty():
        return told.select("row", "annotator_id", text=pl.lit(0), authors=pl.lit(0, pl.UInt32))
    fresh = Signed(signatures(RATIONALE.of(frame), items), lambda rows, _: frame[list(rows)])
    near = near_pairs(fresh, [], RATIONALE, at_least)
    code = pl.DataFrame({"row": np.arange(frame.height, dtype=np.uint32), "item": items}).drop_nulls()
    place = code.with_columns(number=pl.col("item").rank("dense") - 1)
    ends = [
        near.select(row=name).join(place, on="row", maintain_order="left")["number"]
        for name in ("later", "earlier")
    ]
    count = place["number"].n_unique()
    graph = sparse.coo_array(
        (np.ones(near.height), (ends[0].to_numpy(), ends[1].to_numpy())), shape=(count, count)
    )
    text = sparse.csgraph.connected_components(graph, directed=False)[1]
    numbered = told.join(place.select("row", "number"), on="row", maintain_order="left")
    return numbered.select(
        "row", "annotator_id", text=pl.Series(text[numbered["number"].to_numpy()].astype(np.int64))
    ).with_columns(authors=pl.col("annotator_id").n_unique().over("text"))


def rings(shared: pl.DataFrame, least: int = LEAST_SHARED) -> tuple[Ring, ...]:
    """The rings among `shared_texts`, the largest first."""
    each = (
        shared.filter(pl.col("authors").is_between(2, MOST_AUTHORS)).select("text", "annotator_id").unique()
    )
    both = each.join(each, on="text", suffix="_other").filter(
        pl.col("annotator_id") < pl.col("annotator_id_other")
    )
    ties = both.group_by("annotator_id", "annotator_id_other").agg(pl.len()).filter(pl.col("len") >= least)
    names = pl.concat([ties["annotator_id"], ties["annotator_id_other"]]).unique().sort()
    if names.is_empty():
        return ()
    one, other = (
        names.search_sorted(ties[name]).to_numpy() for name in ("annotator_id", "annotator_id_other")
    )
    graph = sparse.coo_array((np.ones(ties.height), (one, other)), shape=(len(names), len(names)))
    ring = sparse.csgraph.connected_components(graph, directed=False)[1]
    found = []
    for number in range(ring.max() + 1):
        members = names.filter(pl.Series(ring == number))
        texts = both.filter(pl.col("annotator_id").is_in(members.implode()))["text"].n_unique()
        found.append(Ring(tuple(members), texts))
    return tuple(sorted(found, key=lambda each: (-len(each.annotators), each.annotators)))


def evidence(shared: pl.DataFrame, least: int = LEAST) -> pl.DataFrame | Missing:
    """Evidence on each annotator with at least `least` rationales long enough; `shared` is `shared_texts`."""
    if shared.is_empty():
        return Missing(STATISTIC, "rationale", "No judgement has a rationale of eight words or more.")
    each = (
        shared.group_by("annotator_id")
        .agg(n=pl.len(), hits=(pl.col("authors") > 1).sum())
        .filter(pl.col("n") >= least)
        .sort("annotator_id")
    )
    hits, n = (each[name].to_numpy().astype(np.float64) for name in ("hits", "n"))
    return of_shares(STATISTIC, each["annotator_id"].to_list(), hits, n, tail="high")
