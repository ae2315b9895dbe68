import polars as pl
import pyarrow as pa

from quality.gates.record.judging import Gated
from quality.gates.reinstated import reinstate

RECORDS = pa.table({"record_id": ["r-1", "r-2", None, "r-3"]})
GATED = Gated(
    pl.Series("mask", [5, 3, 4, 0], dtype=pl.UInt64),
    pl.DataFrame(),
    pl.Series("flags", [0] * 4, dtype=pl.UInt64),
)


def test_the_named_records_are_kept_and_no_other() -> None:
    masks = reinstate(RECORDS, GATED, {"r-2", "r-3", "r-9"}).masks
    assert masks.to_list() == [5, 0, 4, 0]
    assert masks.dtype == pl.UInt64


def test_without_reinstatements_nothing_changes() -> None:
    assert reinstate(RECORDS, GATED, ()) is GATED
