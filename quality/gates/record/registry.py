"""Every record gate there is: one file a family, listed here, in the waterfall's order by their reasons."""

from quality.gates.record import (
    aimed,
    author,
    boilerplate,
    clock,
    contamination,
    copied,
    damaged,
    fields,
    hidden,
    label,
    language,
    lineage,
    personal,
    refusal,
    repeats,
    required,
    responses,
    roster,
    rules,
    truncated,
)
from quality.gates.record.gate import RecordGate

_FAMILIES = (
    aimed,
    author,
    boilerplate,
    clock,
    contamination,
    copied,
    damaged,
    fields,
    hidden,
    label,
    language,
    lineage,
    personal,
    refusal,
    repeats,
    required,
    responses,
    roster,
    rules,
    truncated,
)

GATES: tuple[RecordGate, ...] = tuple(
    sorted((gate for family in _FAMILIES for gate in family.GATES), key=lambda gate: gate.reason.bit)
)
GATE_BY_CODE = {gate.code: gate for gate in GATES}
