"""How many judgements a pair of responses has in its batch, and how far they said the same."""

import polars as pl

_PAIR = ("prompt_key", "low", "high")


def agreed(each: pl.DataFrame) -> pl.DataFrame:
    """`each` with `annotators` and `agreement`.

    Judgements are of one pair where prompt and both texts are the same, whatever the sides, the item and the
    models behind the texts.

    Args:
        each: pairs of single judgements, with `prompt_key`, `first`, `second`, `outcome` and `unit`.

    Returns:
        The same rows in the same order. `annotators` counts the pair's judgements; `agreement` is the share
        of them that gave its most frequent answer (first, second or a tie), null where there is one only.
    """
    # Within one prompt a 64-bit hash tells texts apart, and needs no second copy of every text.
    one, other = pl.col("first").hash(), pl.col("second").hash()
    said = pl.when(one > other).then(1.0 - pl.col("outcome")).otherwise(pl.col("outcome"))
    keyed = each.select(
        "prompt_key", "unit", low=pl.min_horizontal(one, other), high=pl.max_horizontal(one, other), said=said
    ).with_row_index("at")
    answers = [(pl.col("said") == answer).sum() for answer in (0.0, 0.5, 1.0)]
    counted = keyed.group_by(_PAIR).agg(
        "at",
        annotators=pl.col("unit").n_unique().cast(pl.Int32),
        agreement=pl.max_horizontal(answers) / pl.len(),
    )
    alone = pl.col("annotators") == 1
    told = counted.with_columns(agreement=pl.when(~alone).then("agreement")).explode("at").sort("at")
    return each.hstack(told.select("annotators", "agreement"))
