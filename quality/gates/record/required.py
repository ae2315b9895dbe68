"""Fields the contract requires."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np
import polars as pl

from contracts.model import Contract
from contracts.terms.gates import Policy
from quality.gates.record.alone import frame_of
from quality.gates.record.emptiness import is_empty
from quality.gates.record.gate import Asked, RecordGate, Seen, Test
from quality.gates.record.held import Held, Records, Where
from quality.gates.record.texts import any_of

_TEXTS: tuple[Where, ...] = ("prompt", "rationale")


def _policy(contract: Contract) -> Policy:
    return "discard" if contract.required else "allow"


def _test(asked: Asked) -> Test:
    required = asked.contract.required
    tests = [partial(_holds_no, name) for name in _TEXTS if name in required]
    others = pl.any_horizontal(
        [pl.lit(value=False), *(is_empty(name) for name in required if name not in _TEXTS)]
    )
    return any_of(lambda held: held.where(others), *tests)


def _holds_no(field: Where, held: Held) -> Records:
    """The same as `is_empty`, where texts are laid out already."""
    texts = held.texts(field)
    return ~texts.of_records(np.flatnonzero(texts.trimmed_sizes))


def _seen(record: Mapping[str, Any], asked: Asked) -> Seen:
    required = asked.contract.required
    frame = frame_of(record)
    empty = [name for name in required if frame.select(is_empty(name)).item()]
    return Seen(f"empty: {', '.join(empty)}", f"filled in: {', '.join(required)}")


GATES = (RecordGate("missing_required_field", _policy, _test, _seen),)
