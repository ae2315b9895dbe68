"""Pairwise comparisons out of canonical records: what audits look at and reward models train on.

A K-wise ranking gives all C(K,2) pairs, each weighted 1/C(K,2), so that one judgement weighs one however many
responses it ranked (Ouyang et al. 2022, arXiv:2203.02155, section 3.5).
"""

from typing import Literal

import polars as pl
import pyarrow as pa

from rampart.records.prompt_key import prompt_keys

COLUMNS = (
    "record_id",
    "item_id",
    "annotator_id",
    "prompt_key",
    "prompt",
    "first",
    "second",
    "first_checkpoint",
    "second_checkpoint",
    "first_position",
    "second_position",
    "domain",
    "outcome",
    "strength",
    "weight",
    "judgements",
)


def comparisons(
    records: pa.Table, aggregation: Literal["judgement", "majority"] = "judgement"
) -> pl.DataFrame:
    """Every pair of compared responses, in the order shown.

    Args:
        records: canonical records (`RECORD`); records without a ranking (thumbs) give no pair.
        aggregation: ``judgement`` keeps one pair a judgement; ``majority`` joins the judgements of an item
            into the outcome more than half of them share, or a tie; `annotator_id` is then null.

    Returns:
        A frame with `COLUMNS`. `outcome` is 1.0 (first better), 0.5 (tie) or 0.0 (second better);
        `first` and `second` are texts, `*_position` their places on screen from 0; `judgements` counts
        what the row joins. Rows keep the order of `records`.
    """
    frame = pl.DataFrame(pl.from_arrow(records))
    frame = frame.with_columns(prompt_keys(frame["prompt"])).with_row_index("row")
    ranked = frame.filter(pl.col("ranking").is_not_null())
    long = (
        ranked.select("row", "responses", "ranking")
        .with_columns(position=pl.int_ranges(0, pl.col("ranking").list.len()))
        .explode("responses", "ranking", "position", empty_as_null=True)
        .select(
            "row",
            "position",
            text=pl.col("responses").struct.field("content"),
            checkpoint=pl.col("responses").struct.field("checkpoint_id"),
            rank="ranking",
        )
    )
    pairs = long.join(long, on="row", suffix="_second").filter(pl.col("position") < pl.col("position_second"))
    size = pl.col("ranking").list.len()
    about = ranked.select(
        "row",
        "record_id",
        "item_id",
        "annotator_id",
        "prompt_key",
        "prompt",
        "domain",
        "strength",
        weight=2.0 / (size * (size - 1)),
    )
    joined = pairs.join(about, on="row").sort("row", "position", "position_second")
    outcome = (
        pl.when(pl.col("rank") < pl.col("rank_second"))
        .then(1.0)
        .when(pl.col("rank") > pl.col("rank_second"))
        .then(0.0)
        .otherwise(0.5)
    )
    each = joined.select(
        "record_id",
        "item_id",
        "annotator_id",
        "prompt_key",
        "prompt",
        first="text",
        second="text_second",
        first_checkpoint="checkpoint",
        second_checkpoint="checkpoint_second",
        first_position="position",
        second_position="position_second",
        domain="domain",
        outcome=outcome,
        strength="strength",
        weight="weight",
        judgements=pl.lit(1, dtype=pl.UInt32),
    )
    return each if aggregation == "judgement" else _majority(each)


def _majority(each: pl.DataFrame) -> pl.DataFrame:
    same = ["item_id", "first_position", "second_position"]
    joined = each.group_by(same, maintain_order=True).agg(
        pl.col("record_id", "prompt_key", "prompt", "first", "second").first(),
        pl.col("first_checkpoint", "second_checkpoint", "domain").first(),
        pl.col("strength").mean(),
        pl.col("weight").first(),
        for_first=(pl.col("outcome") == 1.0).sum(),
        for_second=(pl.col("outcome") == 0.0).sum(),
        judgements=pl.len().cast(pl.UInt32),
    )
    majority = (
        pl.when(pl.col("for_first") * 2 > pl.col("judgements"))
        .then(1.0)
        .when(pl.col("for_second") * 2 > pl.col("judgements"))
        .then(0.0)
        .otherwise(0.5)
    )
    return joined.with_columns(outcome=majority, annotator_id=pl.lit(None, dtype=pl.String)).select(COLUMNS)
