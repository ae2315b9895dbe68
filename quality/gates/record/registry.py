"""Every record gate there is: one file a family, listed here, in the waterfall's order by their reasons."""

from quality.gates.record import (
    author,
    clock,
    fields,
    label,
    lineage,
    repeats,
    required,
    responses,
    roster,
    rules,
)
from quality.gates.record.gate import RecordGate

_FAMILIES = (required, label, repeats, responses, clock, lineage, author, fields, roster, rules)

GATES: tuple[RecordGate, ...] = tuple(
    sorted((gate for family in _FAMILIES for gate in family.GATES), key=lambda gate: gate.reason.bit)
)
