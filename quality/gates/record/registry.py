"""Every record gate there is: one file a family, listed here, in the waterfall's order by their reasons."""

from quality.gates.record import (
    aimed,
    author,
    boilerplate,
    clock,
    damaged,
    hidden,
    label,
    language,
    lineage,
    personal,
    refusal,
    repeats,
    required,
    responses,
    truncated,
)
from quality.gates.record.gate import RecordGate

_FAMILIES = (
    *(required, label, repeats, responses, clock, lineage, author),
    *(truncated, refusal, boilerplate, language, damaged, hidden, personal, aimed),
)

GATES: tuple[RecordGate, ...] = tuple(
    sorted((gate for family in _FAMILIES for gate in family.GATES), key=lambda gate: gate.reason.bit)
)
GATE_BY_CODE = {gate.code: gate for gate in GATES}
