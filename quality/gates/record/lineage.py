"""Where the responses come from: checkpoints the week allows, and what the work order sent out."""

from collections.abc import Mapping
from typing import Any

import polars as pl

from contracts.model import Contract
from contracts.terms.gates import Policy
from quality.gates.record.gate import Asked, RecordGate, Seen

Issued = frozenset[tuple[str, str, str]]


def _foreign(asked: Asked) -> pl.Expr:
    allowed = asked.contract.on_policy.allowed(asked.week)
    if not allowed:  # nothing is named for the week; the batch's share cannot be judged, and says so
        return pl.lit(value=False)
    checkpoint = pl.element().struct.field("checkpoint_id")
    foreign = ~checkpoint.is_in(list(allowed)) | checkpoint.is_null()
    return pl.col("responses").list.eval(foreign).list.any()


def _seen_foreign(record: Mapping[str, Any], asked: Asked) -> Seen:
    allowed = asked.contract.on_policy.allowed(asked.week)
    claimed = [one["checkpoint_id"] or "no checkpoint" for one in record["responses"]]
    return Seen(f"from {', '.join(claimed)}", f"from {', '.join(allowed)}")


def _unissued(asked: Asked) -> pl.Expr:
    issued = asked.references.issued
    if issued is None:
        return pl.lit(value=False)
    answers = pl.struct("work_order_item", "responses")
    return answers.map_batches(lambda given: _not_among(given, issued), return_dtype=pl.Boolean)


def _not_among(answers: pl.Series, issued: Issued) -> pl.Series:
    """True where some response is not one its work order item sent out from its checkpoint."""
    items, responses = (answers.struct.field(name) for name in ("work_order_item", "responses"))
    found = [
        any((item, one["checkpoint_id"], one["sha256"]) not in issued for one in shown)
        for item, shown in zip(items, responses, strict=True)
    ]
    return pl.Series(found, dtype=pl.Boolean)


def _seen_unissued(record: Mapping[str, Any], asked: Asked) -> Seen:
    item, issued = record["work_order_item"], asked.references.issued or frozenset()
    strange = [
        str(place)
        for place, one in enumerate(record["responses"], 1)
        if (item, one["checkpoint_id"], one["sha256"]) not in issued
    ]
    found = f"response {' and '.join(strange)} of {len(record['responses'])} was not sent out as item {item}"
    return Seen(found, "the work order's responses, byte for byte, under their checkpoints")


def _unknown_item(asked: Asked) -> pl.Expr:
    issued = asked.references.issued
    if issued is None:
        return pl.lit(value=False)
    items = pl.Series(sorted({item for item, _, _ in issued}), dtype=pl.String)
    # Here a missing item is found too: a record without responses has nothing else to be traced by.
    return pl.col("work_order_item").is_null() | ~pl.col("work_order_item").is_in(items.implode())


def _seen_unknown_item(record: Mapping[str, Any], asked: Asked) -> Seen:
    items = {item for item, _, _ in asked.references.issued or ()}
    found = "no item" if record["work_order_item"] is None else f"item {record['work_order_item']}"
    return Seen(found, f"one of the {len(items):,} items of the work order of week {asked.week}")


def _named(contract: Contract) -> Policy:
    return "discard" if contract.on_policy.checkpoints else "allow"


def _ordered(contract: Contract) -> Policy:
    return "discard" if contract.on_policy.lineage == "work_order" else "allow"


GATES = (
    RecordGate("checkpoint_not_allowed", _named, _foreign, _seen_foreign),
    RecordGate("response_not_issued", _ordered, _unissued, _seen_unissued),
    RecordGate("item_not_in_work_order", _ordered, _unknown_item, _seen_unknown_item),
)
