"""One record as a table of its own, for gates to speak about."""

from collections.abc import Mapping
from typing import Any

import polars as pl
import pyarrow as pa

from rampart.records.canonical import RECORD


def frame_of(record: Mapping[str, Any]) -> pl.DataFrame:
    """A canonical record as a frame of one row, with the columns and types of `RECORD`."""
    return pl.DataFrame(pl.from_arrow(pa.Table.from_pylist([dict(record)], RECORD)))
