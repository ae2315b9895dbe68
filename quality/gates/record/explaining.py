"""One record, gate by gate: what each gate the contract asks for found, what stood there, what was expected.

A judgement that stands is explained as it was given: its reasons are read, not computed anew. What was not
stored, flags and what stood in the record, is told by the gates as they are today.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Literal

from contracts.model import Contract
from contracts.terms.gates import Policy
from quality.gates.record.alone import frame_of
from quality.gates.record.gate import Asked, RecordGate, Seen
from quality.gates.record.judging import masks_of
from quality.gates.record.registry import GATES
from rampart.records.reasons import reasons_of

Outcome = Literal["passed", "found", "off"]


@dataclass(frozen=True)
class GateOutcome:
    """What one gate says about one record. `seen` and `expected` are there where it found the record."""

    code: str
    outcome: Outcome
    policy: Policy
    clause: str
    sentence: str
    fix: str
    section: str | None = None
    seen: str | None = None
    expected: str | None = None


def outcomes(
    record: Mapping[str, Any], asked: Asked, discards: Collection[str], flags: Collection[str] = ()
) -> tuple[GateOutcome, ...]:
    """Every gate's outcome for a canonical record, in the waterfall's order.

    Args:
        record: as it is stored, by the columns of `RECORD`.
        asked: what it was judged by.
        discards: codes of the reasons it was discarded for.
        flags: codes of the reasons it was flagged for.
    """
    discards_today, flags_today = found_alone(record, asked)
    told = []
    for gate in _gates_of(asked.contract):
        flagging = gate.policy(asked.contract) == "flag"
        booked, today = (flags, flags_today) if flagging else (discards, discards_today)
        told.append(_outcome(gate, record, asked, gate.code in booked, gate.code in today))
    return tuple(told)


def _gates_of(contract: Contract) -> Iterator[RecordGate]:
    """Of a reason's gates those that the contract asks for; one that is off, where it asks for none."""
    for _, group in groupby(GATES, key=lambda gate: gate.code):
        gates = tuple(group)
        yield from [gate for gate in gates if gate.policy(contract) != "allow"] or gates[:1]


def found_alone(record: Mapping[str, Any], asked: Asked) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What the gates of one record find in it today: codes to discard it for, and to flag it for."""
    masks = masks_of(frame_of(record), asked, "record")
    discards, flags = (
        tuple(reason.code for reason in reasons_of(masks[name].item())) for name in ("mask", "flags")
    )
    return discards, flags


def _outcome(
    gate: RecordGate, record: Mapping[str, Any], asked: Asked, found: bool, again: bool
) -> GateOutcome:
    policy, reason = gate.policy(asked.contract), gate.reason
    seen: Seen | None = None
    # What the gate does not find any more (the rules changed since) it cannot speak about either.
    if found and (again or gate.scope == "delivery"):
        seen = gate.seen(record, asked)
    guideline = asked.contract.annotation.guideline
    return GateOutcome(
        gate.code,
        "found" if found else "off" if policy == "allow" else "passed",
        policy,
        reason.clause,
        reason.sentence,
        reason.fix,
        guideline.sections.get(gate.code) if guideline else None,  # type: ignore[call-overload]
        seen.found if seen else None,
        seen.expected if seen else None,
    )
