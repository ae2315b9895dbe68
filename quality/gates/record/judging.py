"""All reasons against every record, in one pass of column expressions.

The contract says which gates hold; a gate it switches off is not compiled. The result is two bit masks a
record over the registry in `rampart.records.reasons`: why it is discarded (zero is kept), and what it is
flagged for.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import polars as pl
import pyarrow as pa

from contracts.model import Contract
from quality.gates.likeness.copies import NO_TWINS
from quality.gates.record.copied import twins
from quality.gates.record.gate import Asked, RecordGate, References, Test
from quality.gates.record.held import Held
from quality.gates.record.registry import GATES
from quality.gates.record.repeats import Earlier, facts
from rampart.records.identity import record_keys

Scope = Literal["record", "delivery"]
Compiled = tuple[int, pl.Expr | Test]  # a reason's bit, and what finds it


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
    """The gates of one scope that a contract asks for, compiled to serve any number of frames."""

    def __init__(self, asked: Asked, scope: Scope) -> None:
        found = [gate for gate in GATES if gate.scope == scope]
        self._tests = {
            name: [_compiled(gate, asked) for gate in found if gate.policy(asked.contract) == policy]
            for name, policy in (("mask", "discard"), ("flags", "flag"))
        }

    def masks_of(self, frame: pl.DataFrame) -> pl.DataFrame:
        """`mask` and `flags` (uint64) of every row."""
        held = Held(frame)
        return pl.DataFrame({name: _mask(held, tests) for name, tests in self._tests.items()})


def mask_by(gates: Iterable[RecordGate], frame: pl.DataFrame, asked: Asked) -> pl.Series:
    """The bits (uint64) of every row by some gates, whatever the contract does with their reasons."""
    return _mask(Held(frame), [_compiled(gate, asked) for gate in gates])


def _compiled(gate: RecordGate, asked: Asked) -> Compiled:
    return gate.reason.mask, gate.test(asked)


def _mask(held: Held, tests: Collection[Compiled]) -> pl.Series:
    columns = [(mask, test) for mask, test in tests if isinstance(test, pl.Expr)]
    numbered = (test.fill_null(value=False).alias(f"{place}") for place, (_, test) in enumerate(columns))
    tested = held.records.select(pl.int_range(pl.len()).alias("row"), *numbered).drop("row")
    found = np.zeros(held.records.height, np.uint64)
    for (mask, _), column in zip(columns, tested, strict=True):
        found[column.to_numpy()] |= np.uint64(mask)
    for mask, test in tests:
        if not isinstance(test, pl.Expr):
            found[test(held)] |= np.uint64(mask)
    return pl.Series(found)
