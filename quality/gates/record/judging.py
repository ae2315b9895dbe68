"""All reasons against every record, in one pass of column expressions.

The contract says which gates hold; a gate it switches off is not compiled. The result is two bit masks a
record over the registry in `rampart.records.reasons`: why it is discarded (zero is kept), and what it is
flagged for.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

import polars as pl
import pyarrow as pa

from contracts.model import Contract
from quality.gates.likeness.copies import NO_TWINS
from quality.gates.record.copied import twins
from quality.gates.record.gate import Asked, RecordGate, References
from quality.gates.record.registry import GATES
from quality.gates.record.repeats import Earlier, facts
from rampart.records.identity import record_keys

Scope = Literal["record", "delivery"]


@dataclass(frozen=True)
class Gated:
    """The outcome for a delivery's records: `masks`, `flags` (uint64) and `keys` (`KEYS`) row by row, and the
    `twins` (`TWINS`) of those that are copies.
    """

    masks: pl.Series
    keys: pl.DataFrame
    flags: pl.Series
    twins: pl.DataFrame = field(default_factory=lambda: NO_TWINS)


def gate_records(
    records: pa.Table,
    contract: Contract,
    week: int,
    earlier: Earlier,
    references: References = References(),  # noqa: B008 (frozen)
) -> Gated:
    """Every reason against every record.

    Args:
        records: canonical records of one delivery (`RECORD`).
        contract: the terms; only the gates they ask for are applied.
        week: the contract week the delivery belongs to.
        earlier: what was kept before.
        references: what records are compared with besides.
    """
    frame = pl.DataFrame(pl.from_arrow(records))
    asked = Asked(contract, week, references)
    keys = record_keys(frame)
    alone = masks_of(frame, asked, "record")
    copied = twins(frame, keys, contract, earlier.batches)
    seen = facts(keys, frame["annotator_id"].is_not_null(), earlier, copied)
    together = masks_of(seen, asked, "delivery")
    return Gated(alone["mask"] | together["mask"], keys, alone["flags"] | together["flags"], copied)


def masks_of(frame: pl.DataFrame, asked: Asked, scope: Scope) -> pl.DataFrame:
    """`mask` and `flags` (uint64) of every row, by the gates of one scope that the contract asks for."""
    return CompiledGates(asked, scope).masks_of(frame)


class CompiledGates:
    """The gates of one scope that a contract asks for, as expressions that serve any number of frames."""

    def __init__(self, asked: Asked, scope: Scope) -> None:
        found = [gate for gate in GATES if gate.scope == scope]
        self._bits = {
            name: _bits((gate for gate in found if gate.policy(asked.contract) == policy), asked)
            for name, policy in (("mask", "discard"), ("flags", "flag"))
        }

    def masks_of(self, frame: pl.DataFrame) -> pl.DataFrame:
        """`mask` and `flags` (uint64) of every row."""
        nothing = pl.zeros(frame.height, dtype=pl.UInt64, eager=True)
        asked = {name: pl.sum_horizontal(bits) for name, bits in self._bits.items() if bits}
        found = frame.select(**asked)
        return pl.DataFrame({name: found[name] if name in asked else nothing for name in self._bits})


def _bits(gates: Iterable[RecordGate], asked: Asked) -> list[pl.Expr]:
    return [
        gate.test(asked).fill_null(value=False).cast(pl.UInt64) * pl.lit(gate.reason.mask, dtype=pl.UInt64)
        for gate in gates
    ]
