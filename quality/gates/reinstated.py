"""Records whose discard was contested, and taken back by a person."""

from collections.abc import Collection
from dataclasses import replace

import polars as pl
import pyarrow as pa

from quality.gates.record import Gated


def reinstate(records: pa.Table, gated: Gated, record_ids: Collection[str]) -> Gated:
    """`gated` without any reason for the records named; they are kept like any other."""
    if not record_ids:
        return gated
    named = pl.Series(records["record_id"].to_pylist(), dtype=pl.String).is_in(list(record_ids))
    masks = pl.select(pl.when(named).then(pl.lit(0, dtype=pl.UInt64)).otherwise(gated.masks)).to_series()
    return replace(gated, masks=masks.alias(gated.masks.name))
