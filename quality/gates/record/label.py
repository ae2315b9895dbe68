"""Labels that the contract's scheme does not know."""

from collections.abc import Mapping
from typing import Any

import polars as pl

from contracts.terms.annotation import NEEDED, NEEDS
from quality.gates.record.emptiness import is_empty
from quality.gates.record.gate import Asked, RecordGate, Seen, Test


def _test(asked: Asked) -> Test:
    kind = asked.contract.annotation.scheme.kind
    # A label that is missing, or has nothing to be about, is said once: by `required`, where it asks for it.
    said = [is_empty(name) for name in NEEDS.get(kind, NEEDED) if name in asked.contract.required]
    missing = pl.any_horizontal(said) if said else pl.lit(value=False)
    return lambda held: held.where(~missing, among=held.where(~_understood(kind)))


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


def _seen(record: Mapping[str, Any], asked: Asked) -> Seen:
    found = f"{record['raw_label'] or 'no label'} for {len(record['responses'])} responses"
    return Seen(found, f"a label of the scheme {asked.contract.annotation.scheme.kind}")


GATES = (RecordGate("label_outside_scheme", lambda _: "discard", _test, _seen),)
