"""Exports of planted batches, and their files read back."""

import io
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import polars as pl
import pyarrow.parquet as pq

from rampart.ledger.rights.judgement import USES_OF_DATA, Answer
from rampart.retrain.exports.conversation import BatchRecords, spoken
from rampart.retrain.exports.export import DatasetSource, Exported, exported
from rampart.retrain.exports.formats import FORMATS
from rampart.retrain.exports.preferences import Side
from rampart.retrain.snapshot import BatchData, build_snapshot

Row = dict[str, Any]


def records_of(batches: Sequence[BatchData]) -> list[BatchRecords]:
    return [BatchRecords(one.contract_id, one.week, one.aggregation, one.records) for one in batches]


def source_of(*batches: BatchData) -> DatasetSource:
    """The dataset of `batches`, whose rights allow everything."""
    snapshot = build_snapshot(batches)
    rights = tuple(
        Answer(f"{one.contract_id} week {one.week}", "batch", "p", one.week, USES_OF_DATA) for one in batches
    )
    manifest = asdict(snapshot.manifest)
    records = records_of(batches)
    return DatasetSource(
        "p", snapshot.digest, snapshot.pairs, manifest, records, (4,), rights, ("train",), evaluation={}
    )


def told(*batches: BatchData) -> pl.DataFrame:
    """The pairs of `batches` with their conversations."""
    pairs = pl.DataFrame(pl.from_arrow(build_snapshot(batches).pairs))
    return spoken(pairs, records_of(batches))


def made(to: str, *batches: BatchData, side: Side = "all", margin: float = 1.0) -> Exported:
    return exported(source_of(*batches), FORMATS[to], side, margin)


def rows_of(export: Exported) -> list[Row]:
    """Every row of every file, the training side first."""
    return [
        row
        for name in ("train.parquet", "test.parquet")
        if name in export.files
        for row in pq.read_table(io.BytesIO(export.files[name])).to_pylist()
    ]


def said(role: str, content: str) -> dict[str, str]:
    return {"role": role, "content": content}
