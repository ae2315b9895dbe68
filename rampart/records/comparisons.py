"""Pairwise comparisons out of canonical records: what audits look at and reward models train on.

A K-wise ranking gives all C(K,2) pairs, each weighted 1/C(K,2), so that one judgement weighs one however many
responses it ranked (Ouyang et al. 2022, arXiv:2203.02155, section 3.5).
"""

from typing import Literal

import polars as pl
import polars.selectors as cs
import pyarrow as pa

from rampart.records.agreed import agreed
from rampart.records.prompt_key import SEPARATOR, prompt_keys

PAIRED = (
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
COLUMNS = (*PAIRED, "language", "prompt_author_id", "submitted_at")  # the last ones are for audits alone
DRAWN_BY = ("unit", "group", "first_identity", "second_identity", "gap")
JUDGED_BY = ("group_size", "annotators", "agreement")


def comparisons(
    records: pa.Table, aggregation: Literal["judgement", "majority"] = "judgement"
) -> pl.DataFrame:
    """Every pair of compared responses, in the order shown.

    Args:
        records: canonical records (`RECORD`); records without a ranking (thumbs) give no pair.
        aggregation: ``judgement`` keeps one pair a judgement; ``majority`` joins the judgements of an item
            into the outcome more than half of them share, or a tie; `annotator_id` is then null. Judgements
            are joined on the responses themselves, so annotators may have seen them in any order; the sides
            are those of the first judgement.

    Returns:
        A frame with `COLUMNS`. `outcome` is 1.0 (first better), 0.5 (tie) or 0.0 (second better);
        `first` and `second` are texts, `*_position` their places on screen from 0, null where annotators of
        a majority saw different ones; `strength` is the mean of the judgements'; `judgements` counts what
        the row joins, and `submitted_at` is when the last of them was. Rows keep the order of `records`.
    """
    each = _each(records, aggregation)
    return (each if aggregation == "judgement" else _majority(each)).select(COLUMNS)


def every_pair(
    records: pa.Table, aggregation: Literal["judgement", "majority"] = "judgement"
) -> pl.DataFrame:
    """`comparisons`, with what a rule that draws some of the pairs needs to know besides.

    Returns:
        `COLUMNS`, `DRAWN_BY` and `JUDGED_BY`. `unit` is the same number for all pairs of one judgement (of
        one item, by majority) and `group` that judgement's record id (the item's id); `first_identity` and
        `second_identity` tell the responses of a unit apart; `gap` is the first response's rating less the
        second's, null without ratings and by majority. `group_size` counts the responses ranked together (by
        majority: by the item's widest judgement), `annotators` and `agreement` are `agreed`'s.
    """
    each = agreed(_each(records, aggregation))
    joined = each if aggregation == "judgement" else _majority(each)
    return joined.select(*COLUMNS, *DRAWN_BY, *JUDGED_BY)


def _each(records: pa.Table, aggregation: Literal["judgement", "majority"]) -> pl.DataFrame:
    """Every pair of every single judgement; by majority its responses are told apart across judgements."""
    frame = pl.DataFrame(pl.from_arrow(records))
    frame = frame.with_columns(prompt_keys(frame["prompt"])).with_row_index("row")
    ranked = frame.filter(pl.col("ranking").is_not_null())
    long = _responses(ranked)
    if aggregation == "majority":
        long = long.with_columns(identity=_identity())
    pairs = long.join(long, on="row", suffix="_second", maintain_order="left_right").filter(
        pl.col("position") < pl.col("position_second")
    )
    size = pl.col("ranking").list.len()
    about = ranked.select("row", *_ABOUT, weight=2.0 / (size * (size - 1)), group_size=size.cast(pl.Int32))
    joined = pairs.join(about, on="row", maintain_order="left")
    return joined.select(
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
        outcome=_outcome(pl.col("rank") < pl.col("rank_second"), pl.col("rank") > pl.col("rank_second")),
        strength="strength",
        weight="weight",
        judgements=pl.lit(1, dtype=pl.UInt32),
        language="language",
        prompt_author_id="prompt_author_id",
        submitted_at="submitted_at",
        unit="row",
        group="record_id",
        first_identity="identity",
        second_identity="identity_second",
        gap=_rating("position") - _rating("position_second"),
        group_size="group_size",
    )


_ABOUT = (
    *("record_id", "item_id", "annotator_id", "prompt_key", "prompt", "domain", "strength", "ratings"),
    *("language", "prompt_author_id", "submitted_at"),
)


def _rating(position: str) -> pl.Expr:
    return pl.col("ratings").list.get(pl.col(position), null_on_oob=True)


def _responses(ranked: pl.DataFrame) -> pl.DataFrame:
    """One row a ranked response; `identity` is its place on screen, which tells it from the others shown."""
    responses = pl.col("responses").struct
    return (
        ranked.select("row", "responses", "ranking")
        .with_columns(position=pl.int_ranges(0, pl.col("ranking").list.len()))
        .explode("responses", "ranking", "position", empty_as_null=True)
        .select(
            "row",
            "position",
            text=responses.field("content"),
            checkpoint=responses.field("checkpoint_id"),
            rank="ranking",
            identity=pl.col("position").cast(pl.UInt32),
        )
    )


def _identity() -> pl.Expr:
    """A number that tells a response from the others of its item, wherever it was shown."""
    # Two models may give the same text, and one model the same text twice; the n-th such copy is the n-th.
    copy = pl.int_range(pl.len()).over("row", "text", "checkpoint")
    known = [pl.col("text").fill_null(""), pl.col("checkpoint").fill_null(""), copy.cast(pl.String)]
    return pl.concat_str(known, separator=SEPARATOR).rank("dense")


def _outcome(first_better: pl.Expr, second_better: pl.Expr) -> pl.Expr:
    return pl.when(first_better).then(1.0).when(second_better).then(0.0).otherwise(0.5)


def _majority(each: pl.DataFrame) -> pl.DataFrame:
    one, other = "first_identity", "second_identity"
    keyed = each.with_columns(
        low=pl.min_horizontal(one, other),
        high=pl.max_horizontal(one, other),
        turned=pl.col(one) > pl.col(other),
    )
    seen = keyed.with_columns(
        swapped=pl.col("turned") != pl.col("turned").first().over("item_id", "low", "high")
    )
    for_first = pl.when("swapped").then(1.0 - pl.col("outcome")).otherwise(pl.col("outcome"))
    places = pl.col("first_position", "second_position")
    moved = pl.col("swapped").any() | pl.any_horizontal(places.n_unique() > 1)
    joined = (
        seen.with_columns(outcome=for_first)
        .group_by("item_id", "low", "high", maintain_order=True)
        .agg(
            pl.col("record_id", "prompt_key", "prompt", "first", "second").first(),
            pl.col("first_checkpoint", "second_checkpoint", "domain").first(),
            pl.col("language", "prompt_author_id").first(),
            pl.col("submitted_at").max(),
            pl.col("strength").mean(),
            pl.col("group_size").max(),
            pl.when(~moved).then(places.first()),
            pl.col("unit").first(),
            cs.by_name("annotators", "agreement", require_all=False).first(),
            first_identity=pl.col(one).first(),
            second_identity=pl.col(other).first(),
            for_first=(pl.col("outcome") == 1.0).sum(),
            for_second=(pl.col("outcome") == 0.0).sum(),
            judgements=pl.len().cast(pl.UInt32),
        )
    )
    half = pl.col("judgements") / 2
    majority = _outcome(pl.col("for_first") > half, pl.col("for_second") > half)
    return joined.with_columns(
        outcome=majority,
        weight=1.0 / pl.len().over("item_id"),  # its judgements may have ranked different responses
        annotator_id=pl.lit(None, dtype=pl.String),
        unit=pl.col("unit").min().over("item_id"),
        group="item_id",
        gap=pl.lit(None, dtype=pl.Float64),
        group_size=pl.col("group_size").max().over("item_id"),
    )
