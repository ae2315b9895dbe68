"""Everything found about a delivery → the settlement that goes into the books."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, cast

from contracts.model import Contract
from quality.decision import BatchDecision
from quality.verdict import Verdict
from rampart.delivery.canonicalise import FileRead
from rampart.ledger.circumstances import USUAL, Circumstances
from rampart.ledger.outcome import FileCount, ReasonCount, Settlement
from rampart.ledger.pricing import NO_KINDS, UnitKinds, price_batch
from rampart.records.reasons import BY_CODE


@dataclass(frozen=True)
class Counted:
    """What became of a delivery's lines: by file, by reason as (first, any), and by unit kind where kinds
    have prices of their own.
    """

    files: tuple[FileRead, ...]
    accepted: Mapping[str, int]
    discarded: Mapping[str, int]
    reasons: Mapping[str, tuple[int, int]]
    kinds: UnitKinds = field(default=NO_KINDS)


def settlement_of(
    contract: Contract,
    week: int,
    counted: Counted,
    *,
    verdicts: tuple[Verdict, ...],
    decision: BatchDecision,
    artefacts: Mapping[str, str],
    compared_with: tuple[str, ...],
    beside: Circumstances = USUAL,
) -> Settlement:
    """The whole outcome of one batch, priced at the terms of its week."""
    files = tuple(_file(read, counted) for read in counted.files)
    accepted, discarded = sum(f.accepted for f in files), sum(f.discarded for f in files)
    return Settlement(
        state=decision.outcome,
        reason=decision.reason,
        files=files,
        reasons=tuple(
            ReasonCount(code, *counted.reasons[code])
            for code in sorted(counted.reasons, key=lambda code: BY_CODE[code].bit)
        ),
        verdicts=verdicts,
        money=price_batch(contract, week, accepted, discarded, counted.kinds, beside),
        artefacts=artefacts,
        compared_with=compared_with,
    )


def _file(read: FileRead, counted: Counted) -> FileCount:
    """One file's rows by fate. A joined file holds no judgements: only its unreadable rows count."""
    rows = read.role == "rows"
    accepted = counted.accepted.get(read.file.name, 0) if rows else 0
    discarded = counted.discarded.get(read.file.name, 0) if rows else 0
    return FileCount(
        name=read.file.name,
        role=cast(Literal["rows", "items"], read.role),
        sha256=read.file.sha256,
        bytes=read.file.bytes,
        lines=read.lines,
        records=(read.records if rows else 0) + read.quarantined,
        accepted=accepted,
        discarded=discarded,
        quarantined=read.quarantined,
    )
