"""Records that say again what another one said: in this delivery, or in an earlier one."""

from dataclasses import dataclass, field

import polars as pl

from contracts.model import Contract
from contracts.terms.gates import Policy
from quality.gates.likeness.copies import NO_TWINS, KeptBatch
from quality.gates.record.gate import Asked, RecordGate, Seen
from rampart.records.identity import KEYS

# What `delivery` gates see of each record, in the order of the delivery.
FACTS = {
    **KEYS,
    "seen_id": pl.Boolean,
    "seen_exact": pl.Boolean,
    "seen_work": pl.Boolean,
    "near_work": pl.Boolean,
    "near_rationale": pl.Boolean,
}


@dataclass(frozen=True)
class Earlier:
    """Records kept before: keys (`KEYS`) of this contract and of its whole programme, and the programme's
    batches with their texts.
    """

    contract: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=KEYS))
    program: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=KEYS))
    batches: tuple[KeptBatch, ...] = ()


def facts(
    keys: pl.DataFrame, named: pl.Series, earlier: Earlier, twins: pl.DataFrame = NO_TWINS
) -> pl.DataFrame:
    """What the gates of this file are about (`FACTS`).

    Args:
        keys: of every record of the delivery (`KEYS`).
        named: true where a record names its annotator. Annotators are known by vendor, so they are compared
            across the programme. Without their ids two vendors' judgements of one item look alike, so only
            the contract's own batches count.
        earlier: what was kept before.
        twins: the records that are copies (`TWINS`).
    """
    exact = keys["exact_key"]
    program, own = (seen["exact_key"].implode() for seen in (earlier.program, earlier.contract))
    return keys.with_columns(
        seen_id=keys["record_id"].is_in(earlier.contract["record_id"].implode()),
        seen_exact=(exact.is_in(program) & named) | exact.is_in(own),
        seen_work=keys["work_key"].is_in(earlier.program["work_key"].implode()),
        near_work=_among(twins, "near_duplicate", len(keys)),
        near_rationale=_among(twins, "copied_rationale", len(keys)),
    )


def _among(twins: pl.DataFrame, code: str, size: int) -> pl.Series:
    rows = twins.filter(pl.col("code") == code)["row"]
    return pl.int_range(size, dtype=pl.UInt32, eager=True).is_in(rows.implode())


def _with_ids(contract: Contract) -> Policy:
    return "allow" if contract.delivery.record.record_id is None else "discard"


def _id(_: Asked) -> pl.Expr:
    return ~pl.col("record_id").is_first_distinct() | pl.col("seen_id")


def _exact(_: Asked) -> pl.Expr:
    return ~pl.col("exact_key").is_first_distinct() | pl.col("seen_exact")


GATES = (
    RecordGate(
        "duplicate_record_id",
        _with_ids,
        _id,
        lambda record, _: Seen(f"the id {record['record_id']}, used before", "an id used once"),
        "delivery",
    ),
    RecordGate(
        "exact_duplicate",
        lambda terms: terms.gates.exact_duplicates,
        _exact,
        lambda record, _: Seen(
            f"annotator {record['annotator_id']} said the same before", "each judgement once"
        ),
        "delivery",
    ),
    RecordGate(
        "copied_work",
        lambda terms: terms.gates.copied_work,
        lambda _: pl.col("seen_work"),
        lambda _record, _asked: Seen("prompt and responses kept from an earlier batch", "this week's items"),
        "delivery",
    ),
    RecordGate(
        "repeated_work",
        lambda terms: terms.gates.repeated_work,
        lambda _: ~pl.col("work_key").is_first_distinct(),
        lambda _record, _asked: Seen("prompt and responses seen before in this delivery", "each item once"),
        "delivery",
    ),
)
