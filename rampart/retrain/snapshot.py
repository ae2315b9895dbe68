"""Accepted batches as one training set: pairs, who they came from, and a digest that names both.

The split is by hash of the normalised prompt, so a prompt stays on its side for ever: in every week, every
contract and every later snapshot. A model is therefore never judged on a prompt it has seen.
"""

import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Literal

import msgspec
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from contracts.terms.annotation import Scheme
from rampart.records.comparisons import every_pair
from rampart.records.training_pairs import drawn_pairs
from rampart.retrain.digests import canonical_json

Split = Literal["train", "holdout"]

HOLDOUT_PERCENT = 20
# Of these, a quarter are the anchor: with 2,000 prompts a week it has 100 more of them every week, and the
# rest is the batch's own holdout.
ANCHOR_PERCENT = 5

PAIR = pa.schema(
    [
        pa.field("prompt_key", pa.large_string(), nullable=False),  # SHA-256 of the normalised prompt
        pa.field("prompt", pa.large_string(), nullable=False),  # the conversation, see `rendered`
        pa.field("first", pa.large_string(), nullable=False),
        pa.field("second", pa.large_string(), nullable=False),
        pa.field("target", pa.float64(), nullable=False),  # P(first is better): 1, 0, or 0.5 for a tie
        pa.field("weight", pa.float64(), nullable=False),  # one judgement's pairs sum to 1
        pa.field("contract_id", pa.large_string(), nullable=False),
        pa.field("week", pa.int32(), nullable=False),
        pa.field("split", pa.large_string(), nullable=False),  # train or holdout
        pa.field("group", pa.large_string(), nullable=False),  # the judgement, unique in its week
        pa.field("vendor", pa.large_string(), nullable=False),
        pa.field("domain", pa.large_string()),
        pa.field("language", pa.large_string()),
        pa.field("strength", pa.float64()),  # 0..1, of the preference; null where the scheme has none
        pa.field("group_size", pa.int32(), nullable=False),  # K, the responses of the judgement
        pa.field("annotators", pa.int32(), nullable=False),  # judgements of this pair in the batch
        pa.field("agreement", pa.float64()),  # share of them with the most frequent answer; null with one
        pa.field("on_policy", pa.bool_()),  # both from checkpoints of the week; null where none are named
        pa.field("anchor", pa.bool_(), nullable=False),  # held out, and in the fixed anchor set
    ]
)


@dataclass(frozen=True, eq=False)
class BatchData:
    """The accepted records of one contract week, at one revision, with the terms they were accepted under."""

    contract_id: str
    week: int
    revision: int
    contract_digest: str
    aggregation: Literal["judgement", "majority"]
    scheme: Scheme  # says which pairs of a judgement are trained on
    records: pa.Table  # canonical records (`rampart.records.canonical.RECORD`)
    vendor: str
    starts: date  # first day of the contract week
    checkpoints: tuple[str, ...] = ()  # which the week's responses may come from; none: the terms name none
    evaluate: bool = True  # may models be evaluated on it? If not, its held-out pairs are left out


@dataclass(frozen=True)
class BatchSummary:
    """What became of one batch: records in, pairs used, and everything dropped by its reason.

    ``pairs == pairs_used + pairs_not_drawn + dropped_missing_text + dropped_identical_texts +
    dropped_not_evaluated``; ties are used, with target 0.5, and never count towards accuracy.
    """

    contract_id: str
    week: int
    revision: int
    contract_digest: str
    aggregation: str
    pairs_digest: str  # SHA-256 of the pairs used, in canonical order
    records: int
    records_without_ranking: int  # thumbs and other labels that compare nothing
    records_of_one_response: int  # ranked, but with nothing to be compared with
    pairs: int
    pairs_not_drawn: int  # the label scheme's rule for training pairs leaves them out
    dropped_missing_text: int
    dropped_identical_texts: int
    dropped_not_evaluated: int  # held out by their prompt, of a batch no model may be evaluated on
    pairs_used: int
    ties_used: int


@dataclass(frozen=True)
class Manifest:
    """What a snapshot was made of. Plain values only, so `canonical_json` can write it."""

    batches: tuple[BatchSummary, ...]
    holdout_percent: int
    train_pairs: int
    train_strict_pairs: int
    holdout_pairs: int
    holdout_strict_pairs: int
    tie_handling: str = "a tie is a pair with target 0.5: trained on, left out of accuracy"


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


def split_of(prompt_key: str) -> Split:
    """The side of the split a prompt is on for ever: its key's first 32 bits, modulo 100, below 20."""
    return "holdout" if int(prompt_key[:8], 16) % 100 < HOLDOUT_PERCENT else "train"


def is_anchor(prompt_key: str) -> bool:
    """Is the prompt, for ever, one of the fixed anchor set? It is held out then."""
    return int(prompt_key[:8], 16) % 100 < ANCHOR_PERCENT


def split_expr(prompt_key: pl.Expr) -> pl.Expr:
    """`split_of` for a column of keys."""
    held = _draw(prompt_key) < HOLDOUT_PERCENT
    return pl.when(held).then(pl.lit("holdout")).otherwise(pl.lit("train"))


def _draw(prompt_key: pl.Expr) -> pl.Expr:
    """A number from 0 to 99 that a prompt has for ever."""
    return prompt_key.str.slice(0, 8).str.to_integer(base=16, dtype=pl.UInt32) % 100


def _on_policy(checkpoints: tuple[str, ...]) -> pl.Expr:
    """Do both responses claim a checkpoint of the week? Claiming none is a no, as in the record gate."""
    if not checkpoints:
        return pl.lit(None, dtype=pl.Boolean)
    claimed = (pl.col(f"{side}_checkpoint") for side in ("first", "second"))
    return pl.all_horizontal(one.is_in(list(checkpoints)).fill_null(value=False) for one in claimed)


def rendered(messages: pl.Expr) -> pl.Expr:
    """A list of {role, content} messages as one text: ``role: content``, with a blank line between turns."""
    role = pl.element().struct.field("role").fill_null("")
    content = pl.element().struct.field("content").fill_null("")
    return messages.list.eval(pl.concat_str(role, content, separator=": ")).list.join("\n\n")


def build_snapshot(batches: Sequence[BatchData]) -> Snapshot:
    """Join accepted batches into one snapshot.

    The order of the batches, and of the rows inside them, makes no difference: pairs are sorted by content.

    Args:
        batches: at most one revision of each contract week.

    Raises:
        ValueError: when a contract week is given twice; a revision replaces the one before it.
    """
    ordered = sorted(batches, key=lambda batch: (batch.contract_id, batch.week))
    for one, other in pairwise(ordered):
        if (one.contract_id, one.week) == (other.contract_id, other.week):
            raise ValueError(
                f"contract {one.contract_id!r} week {one.week} is given twice (revisions {one.revision} and "
                f"{other.revision}); a snapshot holds one revision of a week, give only the one in force"
            )
    read = [_read(batch) for batch in ordered]
    pairs = _sorted(pl.concat([frame for frame, _ in read])) if read else _empty()
    manifest = _manifest(pairs, tuple(summary for _, summary in read))
    digest = hashlib.sha256(canonical_json(manifest) + _content_digest(pairs).encode()).hexdigest()
    return Snapshot(pairs.to_arrow().cast(PAIR), manifest, digest)


def _read(batch: BatchData) -> tuple[pl.DataFrame, BatchSummary]:
    """One batch's usable pairs in canonical order, and what became of the rest."""
    every = every_pair(batch.records, batch.aggregation)
    drawn = drawn_pairs(every, batch.scheme)
    missing = pl.col("first").is_null() | pl.col("second").is_null()
    whole = drawn.filter(~missing)
    used = whole.filter(pl.col("first") != pl.col("second"))
    split = _sorted(
        used.select(
            "prompt_key",
            rendered(pl.col("prompt")).alias("prompt"),
            "first",
            "second",
            pl.col("outcome").alias("target"),
            "weight",
            pl.lit(batch.contract_id).alias("contract_id"),
            pl.lit(batch.week, dtype=pl.Int32).alias("week"),
            split_expr(pl.col("prompt_key")).alias("split"),
            "group",
            pl.lit(batch.vendor).alias("vendor"),
            "domain",
            "language",
            "strength",
            "group_size",
            "annotators",
            "agreement",
            _on_policy(batch.checkpoints).alias("on_policy"),
            (_draw(pl.col("prompt_key")) < ANCHOR_PERCENT).alias("anchor"),
        )
    )
    # Not trained on instead: another batch may hold the same prompt out, and a prompt has one side for ever.
    pairs = split if batch.evaluate else split.filter(pl.col("split") == "train")
    rankings = pl.Series("ranking", batch.records["ranking"], dtype=pl.List(pl.Int16))
    summary = BatchSummary(
        contract_id=batch.contract_id,
        week=batch.week,
        revision=batch.revision,
        contract_digest=batch.contract_digest,
        aggregation=batch.aggregation,
        pairs_digest=_content_digest(pairs),
        records=len(rankings),
        records_without_ranking=rankings.null_count(),
        records_of_one_response=int((rankings.list.len() < 2).sum()),
        pairs=len(every),
        pairs_not_drawn=len(every) - len(drawn),
        dropped_missing_text=len(drawn) - len(whole),
        dropped_identical_texts=len(whole) - len(used),
        dropped_not_evaluated=len(split) - len(pairs),
        pairs_used=len(pairs),
        ties_used=int((pairs["target"] == 0.5).sum()),
    )
    return pairs, summary


def _empty() -> pl.DataFrame:
    return pl.DataFrame(pl.from_arrow(PAIR.empty_table()))


def _sorted(pairs: pl.DataFrame) -> pl.DataFrame:
    """By every column, so that equal content has one order (rows that still tie are equal)."""
    return pairs.sort(PAIR.names)


def _content_digest(pairs: pl.DataFrame) -> str:
    """SHA-256 over the columns as JSON arrays: independent of Arrow, Parquet and compression versions."""
    hashed = hashlib.sha256()
    for name in PAIR.names:
        hashed.update(msgspec.json.encode([name, pairs[name].to_list()]))
    return hashed.hexdigest()


def _manifest(pairs: pl.DataFrame, batches: tuple[BatchSummary, ...]) -> Manifest:
    train, strict = pairs["split"] == "train", pairs["target"] != 0.5
    return Manifest(
        batches=batches,
        holdout_percent=HOLDOUT_PERCENT,
        train_pairs=int(train.sum()),
        train_strict_pairs=int((train & strict).sum()),
        holdout_pairs=int((~train).sum()),
        holdout_strict_pairs=int((~train & strict).sum()),
    )
