"""The part of a large batch that the costly figures are of, drawn alike from everybody's work."""

from dataclasses import dataclass

import polars as pl
import pyarrow as pa

from quality.report.model import Sampled

# On so many pairs a share is known to a tenth of a point, and the joint model takes seconds, not minutes.
MOST_PAIRS = 200_000
MOST_RECORDS = 200_000


@dataclass(frozen=True)
class Drawn:
    """Rows of a table, ascending; all of them where `sampled` is None."""

    rows: pl.Series
    sampled: Sampled | None


def drawn_pairs(frame: pl.DataFrame, most: int = MOST_PAIRS) -> Drawn:
    """Every k-th pair in the order of annotator, domain and a hash of the record's id.

    So each annotator and domain keeps its share of the sample (systematic sampling from an ordered list;
    Cochran 1977, Sampling Techniques, section 8.2), and the same batch gives the same sample.
    """
    rows = pl.int_range(frame.height, eager=True, dtype=pl.UInt32)
    if frame.height <= most:
        return Drawn(rows, None)
    keyed = frame.select(
        "annotator_id", "domain", lot=pl.col("record_id").hash(), row=pl.int_range(pl.len(), dtype=pl.UInt32)
    )
    ordered = keyed.sort("annotator_id", "domain", "lot", "row")["row"]
    taken = ordered.gather(pl.Series([n * frame.height // most for n in range(most)])).sort()
    reason = (
        f"The joint model, its slices, placebos and power are of {most:,} of {frame.height:,} pairs, drawn "
        "evenly from each annotator and domain."
    )
    return Drawn(taken, Sampled(most, frame.height, reason))


def drawn_items(records: pa.Table, most: int = MOST_RECORDS) -> Drawn:
    """Whole items by a hash of their id, about `most` judgements: who judged the same stays together."""
    rows = pl.int_range(records.num_rows, eager=True, dtype=pl.UInt32)
    if records.num_rows <= most:
        return Drawn(rows, None)
    items = pl.Series("item", pl.from_arrow(records["item_id"])).hash()
    # The hash is even over 64 bits: below the same share of them lie that share of the items.
    limit = int(most / records.num_rows * 2**64)
    taken = rows.filter(items < limit)
    reason = (
        f"Figures of annotators are of {len(taken):,} of {records.num_rows:,} judgements: all judgements of "
        "items drawn by lot."
    )
    return Drawn(taken, Sampled(len(taken), records.num_rows, reason))
