"""The part of a large batch that the costly figures are of, drawn alike from everybody's work."""

from dataclasses import dataclass

import polars as pl
import pyarrow as pa

from quality.report.model import Sampled

# Of so many a share is known to two tenths of a point, and the texts of a million judgements need not lie in
# memory several times over.
MOST_PAIRS = 200_000
MOST_RECORDS = 200_000


@dataclass(frozen=True)
class Drawn:
    """Which rows of a table are kept, as booleans; all of them where `sampled` is None."""

    kept: pl.Series
    sampled: Sampled | None


def drawn_pairs(frame: pl.DataFrame, most: int = MOST_PAIRS) -> Drawn:
    """Every k-th pair in the order of annotator, domain and a hash of the record's id.

    So each annotator and domain keeps its share of the sample (systematic sampling from an ordered list;
    Cochran 1977, Sampling Techniques, section 8.2), and the same batch gives the same sample.
    """
    if frame.height <= most:
        return Drawn(_all(frame.height), None)
    keyed = frame.select(
        "annotator_id", "domain", lot=pl.col("record_id").hash(), row=pl.int_range(pl.len(), dtype=pl.UInt32)
    )
    ordered = keyed.sort("annotator_id", "domain", "lot", "row")["row"]
    taken = ordered.gather(pl.int_range(most, eager=True) * frame.height // most)
    reason = (
        f"The joint model, its slices, placebos and power are of {most:,} of {frame.height:,} pairs, drawn "
        "evenly from each annotator and domain."
    )
    kept = pl.int_range(frame.height, eager=True, dtype=pl.UInt32).is_in(taken.implode())
    return Drawn(kept, Sampled(most, frame.height, reason))


def drawn_items(records: pa.Table, most: int = MOST_RECORDS) -> Drawn:
    """Whole items by a hash of their id, about `most` judgements: who judged the same stays together."""
    if records.num_rows <= most:
        return Drawn(_all(records.num_rows), None)
    items = pl.Series("item", pl.from_arrow(records["item_id"])).hash()
    # The hash is even over 64 bits: below the same share of them lie that share of the items.
    limit = int(most / records.num_rows * 2**64)
    kept = items < limit
    taken = int(kept.sum())
    reason = (
        f"This report is of {taken:,} of {records.num_rows:,} judgements: all judgements of items drawn "
        "by lot. What the contract limits is judged on all of them."
    )
    return Drawn(kept, Sampled(taken, records.num_rows, reason))


def _all(n: int) -> pl.Series:
    return pl.repeat(True, n, eager=True)
