"""Records that hold text of test sets, by which models could then no longer be measured."""

from collections.abc import Mapping
from typing import Any

import polars as pl
import pyarrow as pa

from contracts.model import Contract
from contracts.terms.gates import Policy
from quality.gates.evaluation.overlap import EvaluationIndex, overlaps
from quality.gates.record.gate import Asked, RecordGate, Seen
from rampart.records.canonical import RECORD

_SAID = pa.schema([RECORD.field(name) for name in ("prompt", "responses")])


def _policy(contract: Contract) -> Policy:
    return contract.gates.evaluation_overlap if contract.gates.evaluation_sets else "allow"


def _test(asked: Asked) -> pl.Expr:
    index = asked.references.evaluation
    if index is None:
        return pl.lit(value=False)
    said = pl.struct("prompt", "responses")
    return said.map_batches(lambda given: _in_sets(given, index), return_dtype=pl.Boolean)


def _in_sets(said: pl.Series, index: EvaluationIndex) -> pl.Series:
    rows = overlaps(said.struct.unnest(), index)["row"]
    return pl.int_range(len(said), dtype=pl.UInt32, eager=True).is_in(rows.implode())


def _seen(record: Mapping[str, Any], asked: Asked) -> Seen:
    expected = f"no text of {', '.join(each.name for each in asked.contract.gates.evaluation_sets)}"
    index = asked.references.evaluation
    if index is None:
        return Seen("text of a set that is not at hand", expected)
    said = pa.Table.from_pylist([{name: record[name] for name in _SAID.names}], _SAID)
    name, line, text = (
        overlaps(pl.DataFrame(pl.from_arrow(said)), index).select("name", "line", "text").row(0)
    )
    return Seen(f"line {line} of {name}: {text}", expected)


GATES = (RecordGate("in_evaluation_set", _policy, _test, _seen),)
