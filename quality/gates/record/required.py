"""Fields the contract requires."""

from collections.abc import Mapping
from typing import Any

import polars as pl

from contracts.model import Contract
from contracts.terms.gates import Policy
from quality.gates.record.alone import frame_of
from quality.gates.record.emptiness import is_empty
from quality.gates.record.gate import Asked, RecordGate, Seen


def _policy(contract: Contract) -> Policy:
    return "discard" if contract.required else "allow"


def _test(asked: Asked) -> pl.Expr:
    return pl.any_horizontal([is_empty(name) for name in asked.contract.required])


def _seen(record: Mapping[str, Any], asked: Asked) -> Seen:
    required = asked.contract.required
    frame = frame_of(record)
    empty = [name for name in required if frame.select(is_empty(name)).item()]
    return Seen(f"empty: {', '.join(empty)}", f"filled in: {', '.join(required)}")


GATES = (RecordGate("missing_required_field", _policy, _test, _seen),)
