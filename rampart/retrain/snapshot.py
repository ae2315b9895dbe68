"""Accepted batches as one training set: pairs, who they came from, and a digest that names both.

Which side a prompt is on never changes (`rampart.retrain.split`), what is trained on and how much it counts
is the scope's (`rampart.retrain.scope`), and text of evaluation sets stays out of both
(`rampart.retrain.decontamination`). `rampart.retrain.manifest` says what became of every pair.
"""

import hashlib
import io
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise

import polars as pl
import polars_hash as plh
import pyarrow as pa
import pyarrow.parquet as pq

from quality.gates.evaluation.overlap import index_of
from quality.gates.evaluation.sets import ReadSet
from rampart.retrain.batch_pairs import BatchData, read_batch
from rampart.retrain.content_digest import content_digest
from rampart.retrain.decontamination import SetUsed
from rampart.retrain.digests import canonical_json
from rampart.retrain.manifest import BatchSummary, Manifest
from rampart.retrain.mix import DomainShare, mixed
from rampart.retrain.pair import PAIR, rendered
from rampart.retrain.scope import EVERYTHING, Scope, age_weeks
from rampart.retrain.split import ANCHOR_PERCENT, HOLDOUT_PERCENT, Split, is_anchor, split_expr, split_of

__all__ = [
    "PAIR",
    "BatchData",
    "BatchSummary",
    "Manifest",
    "Snapshot",
    "Split",
    "build_snapshot",
    "is_anchor",
    "pairs_from_parquet",
    "rendered",
    "split_expr",
    "split_of",
]

# Long texts are compared by their hashes: a sort by the texts would write out every copy of each.
_HASHED = ("prompt", "first", "second")
_ORDER = (*(name for name in PAIR.names if name not in _HASHED), *_HASHED)


@dataclass(frozen=True, eq=False)
class Snapshot:
    """A training set that never changes: its pairs (`PAIR`), their origin, and the digest of both."""

    pairs: pa.Table
    manifest: Manifest
    digest: str

    def to_parquet(self) -> bytes:
        """The pairs as Parquet (zstd); the same snapshot gives the same bytes under one pyarrow version."""
        sink = io.BytesIO()
        pq.write_table(self.pairs, sink, compression="zstd")
        return sink.getvalue()


def pairs_from_parquet(data: bytes) -> pa.Table:
    """The pairs table that `Snapshot.to_parquet` wrote; `ValueError` if its columns are not `PAIR`."""
    table = pq.read_table(io.BytesIO(data))
    if table.schema.names != PAIR.names:
        raise ValueError(
            f"the dataset has the columns {table.schema.names}, expected {PAIR.names}; "
            "build it with build_snapshot"
        )
    return table.cast(PAIR)


def build_snapshot(
    batches: Sequence[BatchData], scope: Scope = EVERYTHING, sets: Sequence[ReadSet] = ()
) -> Snapshot:
    """Join accepted batches into one snapshot.

    The order of the batches, and of the rows inside them, makes no difference: pairs are sorted by content.

    Args:
        batches: at most one revision of each contract week.
        scope: what is trained on, and how much it counts.
        sets: evaluation sets whose text must not be in it.

    Raises:
        ValueError: when a contract week is given twice; a revision replaces the one before it.
    """
    ordered = _in_order(batches)
    index = index_of(sets) if sets else None
    newest = max((batch.starts for batch in ordered), default=date.min)
    read = [read_batch(batch, scope, index, age_weeks(batch.starts, newest)) for batch in ordered]
    joined = pl.concat([pairs for pairs, _ in read]) if read else _empty()
    weighed, mix = mixed(_sorted(joined), scope)
    pairs = weighed.to_arrow().cast(PAIR)
    summaries = tuple(_digested(summary, weighed, pairs) for _, summary in read)
    used = tuple(SetUsed(*one) for one in sorted({(one.name, one.digest) for one in sets}))
    manifest = _manifest(weighed, summaries, scope, mix, used)
    digest = hashlib.sha256(canonical_json(manifest) + content_digest(pairs).encode()).hexdigest()
    return Snapshot(pairs, manifest, digest)


def _in_order(batches: Sequence[BatchData]) -> list[BatchData]:
    ordered = sorted(batches, key=lambda batch: (batch.contract_id, batch.week))
    for one, other in pairwise(ordered):
        if (one.contract_id, one.week) == (other.contract_id, other.week):
            raise ValueError(
                f"contract {one.contract_id!r} week {one.week} is given twice (revisions {one.revision} and "
                f"{other.revision}); a snapshot holds one revision of a week, give only the one in force"
            )
    return ordered


def _empty() -> pl.DataFrame:
    return pl.DataFrame(pl.from_arrow(PAIR.empty_table()))


def _sorted(pairs: pl.DataFrame) -> pl.DataFrame:
    """By content, so that equal content has one order (rows that still tie are equal)."""
    by = [plh.col(name).nchash.xxh3_64() if name in _HASHED else pl.col(name) for name in _ORDER]
    return pairs.sort(by)


def _digested(summary: BatchSummary, pairs: pl.DataFrame, table: pa.Table) -> BatchSummary:
    """`summary` with the digest of its pairs, as they stand in the whole."""
    of_batch = (pl.col("contract_id") == summary.contract_id) & (pl.col("week") == summary.week)
    places = pairs.select(of_batch.arg_true()).to_series()
    return replace(summary, pairs_digest=content_digest(table.take(places.to_arrow())))


def _manifest(
    pairs: pl.DataFrame,
    batches: tuple[BatchSummary, ...],
    scope: Scope,
    mix: tuple[DomainShare, ...],
    sets: tuple[SetUsed, ...],
) -> Manifest:
    train, anchor, strict = pairs["split"] == "train", pairs["anchor"], pairs["target"] != 0.5
    on, off = (int((pairs["on_policy"] == value).sum()) for value in (True, False))
    return Manifest(
        batches=batches,
        scope=scope,
        mix=mix,
        evaluation_sets=sets,
        holdout_percent=HOLDOUT_PERCENT,
        anchor_percent=ANCHOR_PERCENT,
        train_pairs=int(train.sum()),
        train_strict_pairs=int((train & strict).sum()),
        train_weight=math.fsum(pairs["weight"].filter(train)),
        holdout_pairs=int((~train).sum()),
        holdout_strict_pairs=int((~train & strict).sum()),
        anchor_pairs=int(anchor.sum()),
        anchor_strict_pairs=int((anchor & strict).sum()),
        on_policy_pairs=on,
        off_policy_pairs=off,
        on_policy_share=on / (on + off) if on + off else None,
    )
