"""A sample in which every part of a batch has its share, and the same one each time."""

import polars as pl
import pyarrow as pa

STRATA = ("scheme", "domain", "source_file")


def stratified(records: pa.Table, most: int) -> pa.Table:
    """At most `most` rows of `records`: of every stratum (`STRATA`) every n-th, its first one included.

    Strata are as large in the sample as in the batch, but none is left out: a file of ten rows is looked at
    beside one of a million. Where there are more strata than rows may be taken, files are not told apart,
    then domains. Rows keep their order.
    """
    keys = pl.DataFrame(pl.from_arrow(records.select(STRATA)))
    if keys.height <= most:
        return records
    told_apart = (_every_nth(keys, STRATA[:depth], most) for depth in range(len(STRATA), -1, -1))
    return records.take(next(rows for rows in told_apart if rows is not None).to_arrow())


def _every_nth(keys: pl.DataFrame, strata: tuple[str, ...], most: int) -> pl.Series | None:
    """Row numbers; None where even one row a stratum would be too many."""
    place = pl.int_range(pl.len()).over(strata) if strata else pl.int_range(pl.len())
    placed = keys.select(place=place).with_row_index("row")
    if placed["place"].eq(0).sum() > most:
        return None
    step = -(-keys.height // most)
    while (found := placed.filter(pl.col("place") % step == 0)).height > most:
        step += 1
    return found["row"]
