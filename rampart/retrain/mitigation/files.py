"""Offers as files: weights and labels for a trainer (Parquet), questions for people and vendors (CSV).

They name records by the vendor's own ids and hold no text of the work and no annotator. What a vendor put
into an id must not run in a spreadsheet: cells that look like formulas are quoted (`inert`).
"""

import csv
import io
from collections.abc import Sequence

import polars as pl

from quality.audits.every import Batch
from quality.mitigation.offer import Offer, Training
from rampart.ledger.feedback.cells import inert
from rampart.records.comparisons import comparisons

PAIR = ("record_id", "item_id", "first_position", "second_position")


def files(batch: Batch, offers: Sequence[Offer]) -> dict[str, bytes]:
    """File name → bytes, one an offer that can be made.

    Args:
        batch: what the offers were made of.
        offers: from `quality.mitigation.every.offers`.
    """
    # Places tell a record's pairs apart even where they are not the order shown.
    pairs = comparisons(batch.records, batch.contract.annotation.aggregation)
    found = {}
    for offer in offers:
        if offer.training is not None:
            found[f"{offer.name}.parquet"] = weights_parquet(pairs, offer.training)
        if offer.table is not None:
            found[f"{offer.name}.csv"] = table_csv(offer.table)
    return found


def weights_parquet(pairs: pl.DataFrame, training: Training) -> bytes:
    """`PAIR`, `weight` (a factor, 0 leaves the pair out) and `label` (how far the first response won)."""
    sink = io.BytesIO()
    numbers = {"weight": pl.Series(training.weight), "label": pl.Series(training.target)}
    pairs.select(*PAIR, **numbers).write_parquet(sink, compression="zstd")
    return sink.getvalue()


def table_csv(table: pl.DataFrame) -> bytes:
    """A table as CSV in which nothing runs."""
    sink = io.StringIO(newline="")
    # Text in quotes throughout: otherwise a reader that splits at semicolons finds a formula inside an id.
    writer = csv.writer(sink, quoting=csv.QUOTE_NONNUMERIC)
    writer.writerow(table.columns)
    writer.writerows(map(inert, row) for row in table.iter_rows())
    return sink.getvalue().encode()
