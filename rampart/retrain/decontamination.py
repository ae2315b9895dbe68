"""Accepted records that hold text of evaluation sets: kept out of the dataset, whenever the set was named.

A batch was judged by the sets its contract named then. A model that is to be measured by a set named since
must not have seen it either, so every snapshot looks again, with the same rule as the record gate
(`quality.gates.evaluation.overlap`), in all of its batches.
"""

from dataclasses import dataclass

import polars as pl
import pyarrow as pa

from quality.gates.evaluation.overlap import EvaluationIndex, overlaps


@dataclass(frozen=True)
class SetUsed:
    """An evaluation set that the snapshot was kept clear of; `digest` is the SHA-256 of its bytes."""

    name: str
    digest: str


@dataclass(frozen=True)
class HeldText:
    """Pairs of one batch that were left out because they hold text of a set; the first one, of several."""

    evaluation_set: str
    pairs: int


def in_sets(records: pa.Table, index: EvaluationIndex | None) -> pl.DataFrame:
    """`unit` (place in `records`), `item_id` and `name` of the set, of each record that holds text of one."""
    about = pl.DataFrame(pl.from_arrow(records.select(["item_id"]))).with_row_index("unit")
    if index is None or not records.num_rows:
        return about.clear().with_columns(name=pl.lit(None, pl.String))
    said = pl.DataFrame(pl.from_arrow(records.select(["prompt", "responses"])))
    found = overlaps(said, index).select(unit="row", name="name")
    return about.join(found, on="unit", how="inner", maintain_order="left")


def kept_clear(pairs: pl.DataFrame, found: pl.DataFrame, *, by_item: bool) -> pl.DataFrame:
    """`pairs` with the column `in_set`: the set whose text the judgement (the item) holds, or null.

    Args:
        pairs: of `rampart.records.comparisons.every_pair`.
        found: what `in_sets` found in the same records.
        by_item: do pairs join the judgements of an item? Then one judgement with such text is enough.
    """
    on = "item_id" if by_item else "unit"
    named = found.unique(on, keep="first", maintain_order=True).select(on, in_set="name")
    return pairs.join(named, on=on, how="left", maintain_order="left")


def counted(left_out: pl.DataFrame) -> tuple[HeldText, ...]:
    """How many pairs each set kept out, by the sets' names."""
    each = left_out.group_by("in_set").len().sort("in_set")
    return tuple(HeldText(name, pairs) for name, pairs in each.iter_rows())
