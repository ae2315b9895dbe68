"""A settlement as rows: writing it under its batch, and reading it back exactly as it was."""

from collections.abc import Iterable
from typing import cast

from sqlmodel import Session, col, select

from quality.verdict import Consequence, GateSpec, Status, Verdict
from rampart.ledger.batch_rows import id_of
from rampart.ledger.money import UNIT_PLACES, from_whole, price_from_whole, to_whole
from rampart.ledger.outcome import FileCount, MoneyKind, MoneyLine, ReasonCount, Settlement
from rampart.ledger.rows import Fields, insert_rows
from rampart.ledger.states import Settled
from rampart.ledger.tables import (
    Artefact,
    Batch,
    Comparison,
    FileLine,
    MoneyEntry,
    ReasonLine,
    VerdictLine,
)
from rampart.records.reasons import BY_CODE


def store(session: Session, batch: Batch, settlement: Settlement) -> None:
    """Write everything a settlement found under `batch`, within the caller's transaction."""
    own = {"batch_id": id_of(batch)}
    insert_rows(session, FileLine, [{**own, **vars(file)} for file in settlement.files])
    insert_rows(session, ReasonLine, [{**own, **_reason_line(reason)} for reason in settlement.reasons])
    insert_rows(session, VerdictLine, _placed(own, map(_verdict_line, settlement.verdicts)))
    insert_rows(session, MoneyEntry, _placed(own, map(_money_entry, settlement.money)))
    artefacts = settlement.artefacts.items()
    insert_rows(session, Artefact, [{**own, "name": name, "object_key": key} for name, key in artefacts])
    insert_rows(session, Comparison, _placed(own, ({"digest": d} for d in settlement.compared_with)))


def _placed(own: Fields, rows: Iterable[Fields]) -> list[Fields]:
    return [{**own, "position": place, **row} for place, row in enumerate(rows)]


def read(session: Session, batch: Batch) -> Settlement:
    """The settlement written under `batch`, with the state and reason the batch has now."""
    batch_id = id_of(batch)
    files = session.exec(select(FileLine).where(FileLine.batch_id == batch_id))
    reasons = session.exec(select(ReasonLine).where(ReasonLine.batch_id == batch_id))
    verdicts = select(VerdictLine).where(VerdictLine.batch_id == batch_id)
    money = select(MoneyEntry).where(MoneyEntry.batch_id == batch_id)
    made = session.exec(select(Artefact).where(Artefact.batch_id == batch_id))
    compared = select(Comparison).where(Comparison.batch_id == batch_id)
    return Settlement(
        state=cast("Settled", batch.state),
        reason=batch.state_reason,
        files=tuple(sorted(map(_file, files), key=lambda file: (file.name, file.role))),
        reasons=tuple(
            ReasonCount(line.code, line.first_count, line.any_count)
            for line in sorted(reasons, key=_waterfall)
        ),
        verdicts=tuple(map(_verdict, session.exec(verdicts.order_by(col(VerdictLine.position))))),
        money=tuple(map(_money, session.exec(money.order_by(col(MoneyEntry.position))))),
        artefacts={line.name: line.object_key for line in sorted(made, key=lambda line: line.name)},
        compared_with=tuple(
            line.digest for line in session.exec(compared.order_by(col(Comparison.position)))
        ),
    )


def _waterfall(line: ReasonLine) -> tuple[int, str]:
    """Registry order; a code this version no longer knows stands last."""
    known = BY_CODE.get(line.code)
    return (known.bit if known else len(BY_CODE), line.code)


def _reason_line(reason: ReasonCount) -> Fields:
    return {"code": reason.code, "first_count": reason.first, "any_count": reason.any}


def _verdict_line(verdict: Verdict) -> Fields:
    found = {name: getattr(verdict, name) for name in ("status", "observed", "low", "high", "n")}
    return {**vars(verdict.spec), **found, "reason": verdict.reason, "evidence": verdict.evidence}


def _verdict(line: VerdictLine) -> Verdict:
    consequence = cast("Consequence", line.consequence)
    return Verdict(
        spec=GateSpec(line.clause, line.metric, line.threshold, consequence),
        status=cast("Status", line.status),
        observed=line.observed,
        low=line.low,
        high=line.high,
        n=line.n,
        reason=line.reason,
        evidence=line.evidence,
    )


def _money_entry(line: MoneyLine) -> Fields:
    return {
        "kind": line.kind,
        "units": line.units,
        "unit_price_e8": to_whole(line.unit_price, UNIT_PLACES),
        "amount_minor": to_whole(line.amount, line.minor_units),
        "currency": line.currency,
        "minor_units": line.minor_units,
        "clause": line.clause,
    }


def _money(entry: MoneyEntry) -> MoneyLine:
    return MoneyLine(
        kind=cast("MoneyKind", entry.kind),
        units=entry.units,
        unit_price=price_from_whole(entry.unit_price_e8, entry.minor_units),
        amount=from_whole(entry.amount_minor, entry.minor_units),
        currency=entry.currency,
        minor_units=entry.minor_units,
        clause=entry.clause,
    )


def _file(line: FileLine) -> FileCount:
    return FileCount(
        name=line.name,
        role="items" if line.role == "items" else "rows",
        sha256=line.sha256,
        bytes=line.bytes,
        lines=line.lines,
        records=line.records,
        accepted=line.accepted,
        discarded=line.discarded,
        quarantined=line.quarantined,
    )
