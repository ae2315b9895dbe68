"""Which week a comparison was judged in, for what changes from week to week."""

import polars as pl


def weeks(frame: pl.DataFrame) -> pl.Series | None:
    """The week of each row: its column `week` where the frame has one, else the Monday of `submitted_at`.

    None where no row has either.
    """
    if "week" in frame.columns:
        found = frame["week"]
    elif "submitted_at" in frame.columns:
        found = frame.select(week=pl.col("submitted_at").dt.truncate("1w").dt.date()).to_series()
    else:
        return None
    return found.alias("week") if found.null_count() < frame.height else None
