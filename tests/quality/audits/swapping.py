"""The trap: the sides of some rows exchanged, which must change no figure."""

import polars as pl


def swapped(frame: pl.DataFrame, turn: pl.Series) -> pl.DataFrame:
    """`frame` with the sides of the rows where `turn` holds exchanged, and nothing else changed."""
    pairs = (
        ("first", "second"),
        ("first_checkpoint", "second_checkpoint"),
        ("first_position", "second_position"),
    )
    exchanged = [
        pl.when(turn).then(pl.col(theirs)).otherwise(pl.col(ours)).alias(ours)
        for one, other in pairs
        for ours, theirs in ((one, other), (other, one))
    ]
    judged = [
        pl.when(turn).then(1 - pl.col(each)).otherwise(pl.col(each)).alias(each) for each in ("outcome",)
    ]
    beside = [
        pl.when(turn).then(1 - pl.col(each)).otherwise(pl.col(each)).alias(each)
        for each in ("known", "judge", "peer")
        if each in frame.columns
    ]
    tags = [pl.when(turn).then(-pl.col("agreement")).otherwise(pl.col("agreement")).alias("agreement")]
    return frame.with_columns(*exchanged, *judged, *beside, *(tags if "agreement" in frame.columns else []))
