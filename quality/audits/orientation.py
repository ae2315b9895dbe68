"""Who won, whatever side they were shown on: judgements of one pair put the same way round.

Annotators may see the two responses of an item in either order. Agreement is about the winner, so labels
are turned to one order of the pair before anybody is compared with anybody; shuffling sides changes
nothing.
"""

import polars as pl

SEPARATOR = "\x1f"  # ASCII unit separator: cannot be produced by joining ordinary text differently


def oriented(frame: pl.DataFrame) -> pl.DataFrame:
    """One row a comparison, with `pair` and `label`, aligned with `frame`.

    Args:
        frame: comparisons (`rampart.records.comparisons`).

    Returns:
        `pair`, the same number (from 0) for all judgements of the same two responses of an item; `turned`,
        whether the row shows them the other way round; and `label`, 0, 1 or 2: the pair's lower one won, tie,
        the upper one. Two responses that cannot be told apart (same text and checkpoint) count as a tie.
    """
    key = {
        side: pl.concat_str(
            pl.col(side).fill_null(""), pl.col(f"{side}_checkpoint").fill_null(""), separator=SEPARATOR
        )
        for side in ("first", "second")
    }
    sides = frame.select("item_id", "outcome", **key)
    # Numbers for texts: they are compared once, not once a row.
    names = pl.concat([sides["first"], sides["second"]]).rank("dense").cast(pl.Int64)
    numbered = sides.with_columns(
        item=pl.col("item_id").rank("dense").cast(pl.Int64),
        first=names[: sides.height],
        second=names[sides.height :],
    )
    same, turned = pl.col("first") == pl.col("second"), pl.col("first") > pl.col("second")
    upper = pl.when(same).then(0.5).when(turned).then("outcome").otherwise(1 - pl.col("outcome"))
    lower, higher = pl.min_horizontal("first", "second"), pl.max_horizontal("first", "second")
    responses = (lower * (len(names) + 1) + higher).rank("dense").cast(pl.Int64)
    return numbered.select(
        pair=(pl.col("item") * (pl.len() + 1) + responses).rank("dense").cast(pl.Int64) - 1,
        turned=turned,
        label=(upper * 2).cast(pl.Int8),
    )
