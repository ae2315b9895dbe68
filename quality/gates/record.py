"""Record gates: all reasons against every record, in one pass of column expressions.

The contract says which gates hold; a gate it switches off is not compiled. The result is a bit mask a record
over the registry in `rampart.records.reasons`; zero is kept.
"""

from dataclasses import dataclass, field

import polars as pl
import pyarrow as pa

from contracts.model import Contract
from contracts.terms.annotation import NEEDS
from quality.gates.emptiness import is_empty
from rampart.records.identity import KEYS, record_keys
from rampart.records.reasons import BY_CODE

Gates = dict[str, pl.Expr]  # reason code -> true where the record has it


@dataclass(frozen=True)
class Earlier:
    """Keys (`KEYS`) of records kept before: of this contract, and of its whole programme."""

    contract: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=KEYS))
    program: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=KEYS))


@dataclass(frozen=True)
class Gated:
    """The outcome for a delivery's records, row by row: `masks` (uint64) and `keys` (`KEYS`)."""

    masks: pl.Series
    keys: pl.DataFrame


def gate_records(
    records: pa.Table,
    contract: Contract,
    week: int,
    earlier: Earlier,
    issued: frozenset[tuple[str, str, str]] | None = None,
) -> Gated:
    """Every reason against every record.

    Args:
        records: canonical records of one delivery (`RECORD`).
        contract: the terms; only the gates they ask for are applied.
        week: the contract week the delivery belongs to.
        earlier: what was kept before.
        issued: (work order item, checkpoint, sha256 of content) of all responses sent out for `week`; None
            when the contract asks for no lineage.
    """
    frame = pl.DataFrame(pl.from_arrow(records))
    keys = record_keys(frame)
    gates = {
        **_required(contract),
        **_label(contract),
        **_repeats(contract),
        **_texts(contract),
        **_clock(contract, week),
        **_author(contract),
        **_on_policy(contract, week, issued is not None),
    }
    facts = frame.with_columns(
        *keys.drop("record_id"),
        seen_id=keys["record_id"].is_in(earlier.contract["record_id"].implode()),
        seen_exact=_seen_exact(frame, keys, earlier),
        seen_work=keys["work_key"].is_in(earlier.program["work_key"].implode()),
        unissued=_unissued(frame, issued),
    )
    bits = [
        gate.fill_null(value=False).cast(pl.UInt64) * pl.lit(BY_CODE[code].mask, dtype=pl.UInt64)
        for code, gate in gates.items()
    ]
    return Gated(facts.select(mask=pl.sum_horizontal(bits).cast(pl.UInt64))["mask"], keys)


def _seen_exact(frame: pl.DataFrame, keys: pl.DataFrame, earlier: Earlier) -> pl.Series:
    """True where the very judgement was kept before.

    Annotators are known by vendor, so they are compared across the programme. Without their ids two vendors'
    judgements of one item look alike, so only the contract's own batches count.
    """
    program, own = (seen["exact_key"].implode() for seen in (earlier.program, earlier.contract))
    known = frame["annotator_id"].is_not_null()
    return (keys["exact_key"].is_in(program) & known) | keys["exact_key"].is_in(own)


def _required(contract: Contract) -> Gates:
    empty = [is_empty(name) for name in contract.required]
    return {"missing_required_field": pl.any_horizontal(empty)} if empty else {}


def _label(contract: Contract) -> Gates:
    kind = contract.annotation.scheme.kind
    # A label that is missing, or has nothing to be about, is said once: by `required`, where it asks for it.
    needed = NEEDS.get(kind, ("label", "responses"))
    said = [is_empty(name) for name in needed if name in contract.required]
    missing = pl.any_horizontal(said) if said else pl.lit(value=False)
    return {"label_outside_scheme": ~_understood(kind) & ~missing}


def _understood(kind: str) -> pl.Expr:
    """True where a record of a scheme says what the scheme asks for."""
    match kind:
        case "category" | "spans":
            return pl.col(kind).is_not_null()
        case "demonstration" | "critique":
            one = pl.col("responses").list.len() == 1
            return pl.all_horizontal(one, *(~is_empty(name) for name in NEEDS[kind]))
        case _:
            return pl.col("ranking").is_not_null() | pl.col("ratings").is_not_null()


def _repeats(contract: Contract) -> Gates:
    gates: Gates = {}
    if contract.delivery.record.record_id is not None:
        gates["duplicate_record_id"] = ~pl.col("record_id").is_first_distinct() | pl.col("seen_id")
    if contract.gates.exact_duplicates == "discard":
        gates["exact_duplicate"] = ~pl.col("exact_key").is_first_distinct() | pl.col("seen_exact")
    if contract.gates.copied_work == "discard":
        gates["copied_work"] = pl.col("seen_work")
    return gates


def _texts(contract: Contract) -> Gates:
    gates: Gates = {}
    contents = pl.col("responses").list.eval(pl.element().struct.field("content").str.strip_chars())
    blank = contents.list.eval(pl.element() == "").list.any()
    if contract.gates.empty_response == "discard":
        gates["empty_response"] = blank
    if contract.gates.identical_responses == "discard":
        same = (pl.col("responses").list.len() > 1) & (contents.list.n_unique() == 1)
        gates["identical_responses"] = same & ~blank
    return gates


def _clock(contract: Contract, week: int) -> Gates:
    gates: Gates = {}
    if contract.gates.timestamps_in_week:
        start, end = contract.term.week_start(week), contract.term.week_end(week)
        moments = [pl.col(name) for name in ("started_at", "submitted_at")]
        outside = [(moment < start) | (moment >= end) for moment in moments]
        backwards = pl.col("submitted_at") < pl.col("started_at")
        gates["outside_week"] = pl.any_horizontal([*outside, backwards])
    stamped = (pl.col("submitted_at") - pl.col("started_at")).dt.total_microseconds() / 1e6
    took = pl.coalesce(pl.col("duration_s"), stamped)
    if contract.gates.min_duration_s is not None:
        gates["too_fast"] = took < contract.gates.min_duration_s
    if contract.gates.max_duration_s is not None:
        gates["too_slow"] = took > contract.gates.max_duration_s
    return gates


def _author(contract: Contract) -> Gates:
    if contract.gates.author_labels == "allow":
        return {}
    return {"author_judged": pl.col("prompt_author_id") == pl.col("annotator_id")}


def _on_policy(contract: Contract, week: int, lineage: bool) -> Gates:
    gates: Gates = {}
    if allowed := contract.on_policy.allowed(week):
        checkpoint = pl.element().struct.field("checkpoint_id")
        foreign = ~checkpoint.is_in(list(allowed)) | checkpoint.is_null()
        gates["checkpoint_not_allowed"] = pl.col("responses").list.eval(foreign).list.any()
    if lineage:
        gates["response_not_issued"] = pl.col("unissued")
    return gates


def _unissued(frame: pl.DataFrame, issued: frozenset[tuple[str, str, str]] | None) -> pl.Series:
    """True where some response is not one its work order item sent out from its checkpoint."""
    if issued is None:
        return pl.Series([False] * frame.height, dtype=pl.Boolean)
    return pl.Series(
        [
            any((item, response["checkpoint_id"], response["sha256"]) not in issued for response in responses)
            for item, responses in zip(frame["work_order_item"], frame["responses"], strict=True)
        ],
        dtype=pl.Boolean,
    )
