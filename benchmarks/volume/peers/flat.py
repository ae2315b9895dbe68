"""The deliveries as flat tables, one Parquet file a vendor, and the rules for their columns.

python -m benchmarks.volume.peers.flat DATA
"""

import json
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.json as pj
import pyarrow.parquet as pq

from simulator.volume import VENDORS, WEEK, Vendor, contract_of
from simulator.volume.terms import CHECKPOINTS, DOMAINS, MAX_DURATION_S, MIN_DURATION_S
from simulator.volume.vendors import FILE

FLAT = "flat"  # folder below the data
BLOCK = 8 << 20
_MOMENTS = ("started_at", "submitted_at")
_WRITTEN = "%Y-%m-%dT%H:%M:%S%.3fZ"


@dataclass(frozen=True)
class Rules:
    """What is asked of a vendor's flat table, in the terms that all peers have."""

    said: tuple[str, ...]  # columns that may not be blank
    sets: dict[str, tuple[Any, ...]]
    ranges: dict[str, tuple[Any, Any]]
    forms: dict[str, str]  # regular expressions
    unique: tuple[str, ...]
    unique_together: tuple[str, ...]
    differ: tuple[tuple[str, str], ...]
    ordered: tuple[tuple[str, str], ...]

    @property
    def count(self) -> int:
        """How many checks these are."""
        return sum(map(len, (self.said, self.sets, self.ranges, self.forms, self.unique))) + sum(
            map(len, (self.differ, self.ordered, ("together",)))
        )


def rules(vendor: Vendor) -> Rules:
    """What the vendor's contract asks for, as far as a flat table can be asked for it."""
    term = contract_of(vendor, 0).term
    start, end = (one.replace(tzinfo=None) for one in (term.week_start(WEEK), term.week_end(WEEK)))
    texts = tuple(f"response_{number}" for number in range(1, vendor.responses + 1))
    labels = label_columns(vendor)
    low, high = vendor.scheme.get("low", 1), vendor.scheme.get("high", 4)
    worded = {"arena": ("a", "b", "tie", "both_bad"), "thumbs": ("up", "down")}.get(vendor.scheme["kind"])
    return Rules(
        said=("prompt", "rationale", "annotator_id", *texts),
        sets={
            "domain": DOMAINS,
            **{f"model_{number}": CHECKPOINTS for number in range(1, vendor.responses + 1)},
            **({"label": worded} if worded else {}),
        },
        ranges={
            "duration_s": (MIN_DURATION_S, MAX_DURATION_S),
            **dict.fromkeys(_MOMENTS, (start, end)),
            **({} if worded else dict.fromkeys(labels, (low, high))),
        },
        forms={"record_id": rf"^{vendor.id}-[0-9]{{9}}$"},
        unique=("record_id",),
        unique_together=("prompt", *texts, *labels, "annotator_id"),
        differ=(("author_id", "annotator_id"), *([("response_1", "response_2")] if len(texts) > 1 else [])),
        ordered=(_MOMENTS,),
    )


def label_columns(vendor: Vendor) -> tuple[str, ...]:
    """The columns a vendor's label takes: one for each response where it is a list."""
    if vendor.scheme["kind"] in ("rating", "ranking"):
        return tuple(f"label_{number}" for number in range(1, vendor.responses + 1))
    return ("label",)


def flat_file(data: Path, vendor: Vendor) -> Path:
    """Where the vendor's flat table is."""
    return data / FLAT / f"{vendor.id}.parquet"


def main(folder: str) -> None:
    """Flatten all deliveries below `folder`; tells seconds, and the checks there are for them."""
    data, began = Path(folder), time.perf_counter()
    (data / FLAT).mkdir(exist_ok=True)
    for vendor in VENDORS:
        batches = _batches(data / contract_of(vendor, 0).inbox(WEEK) / FILE, vendor)
        first = next(batches)
        with pq.ParquetWriter(flat_file(data, vendor), first.schema, compression="zstd") as writer:
            writer.write_table(first)
            for batch in batches:
                writer.write_table(batch.cast(first.schema))
    checks = sum(rules(vendor).count for vendor in VENDORS)
    print(json.dumps({"seconds": time.perf_counter() - began, "checks": checks}))


def _batches(file: Path, vendor: Vendor) -> Iterator[pa.Table]:
    for batch in pj.open_json(file, read_options=pj.ReadOptions(block_size=BLOCK)):
        frame = pl.DataFrame(pl.from_arrow(pa.Table.from_batches([batch])))
        moments = [pl.col(name).str.to_datetime(_WRITTEN, time_unit="us") for name in _MOMENTS]
        yield frame.with_columns(moments).select(*_columns(vendor)).to_arrow()


def _columns(vendor: Vendor) -> list[pl.Expr | str]:
    beside = ("record_id", "domain", "language", "annotator_id", "author_id", "started_at", "submitted_at")
    columns: list[pl.Expr | str] = [*beside, "duration_s", "rationale"]
    if vendor.flat:
        columns.append("prompt")
        columns += [f"response_{number}" for number in range(1, vendor.responses + 1)]
        columns += [f"model_{number}" for number in range(1, vendor.responses + 1)]
    else:
        columns.append(pl.col("messages").list.last().struct.field("content").alias("prompt"))
        columns += [
            pl.col("responses").list.get(number - 1).struct.field(theirs).alias(f"{ours}_{number}")
            for number in range(1, vendor.responses + 1)
            for ours, theirs in (("response", "text"), ("model", "model"))
        ]
    names = label_columns(vendor)
    if len(names) == 1:
        return [*columns, "label"]
    at = [pl.col("label").list.get(place, null_on_oob=True).alias(name) for place, name in enumerate(names)]
    return [*columns, *at]


if __name__ == "__main__":
    main(*sys.argv[1:])
