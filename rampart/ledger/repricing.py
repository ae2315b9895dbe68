"""Payable from the books alone: a judgement priced anew from its booked counts and the terms it names."""

from decimal import Decimal

from sqlmodel import Session

from contracts.model import Contract
from rampart.ledger.arithmetic import OF_A_KIND
from rampart.ledger.circumstances import circumstances_in
from rampart.ledger.money import plain
from rampart.ledger.outcome import MoneyLine, Settlement
from rampart.ledger.pricing import UnitKinds, price_batch
from rampart.ledger.settled import read
from rampart.ledger.tables import Batch

Told = tuple[str, str, int, Decimal, Decimal]  # kind, clause, units, unit price, amount


def repriced(session: Session, batch: Batch, contract: Contract) -> tuple[MoneyLine, ...]:
    """The lines `contract` gives a settled `batch`, from its counts and events; nothing booked is reused."""
    found = read(session, batch)
    beside = circumstances_in(session, contract, batch.week, batch.delivery_id or "", before=batch.revision)
    return price_batch(contract, batch.week, found.accepted, found.discarded, booked_kinds(found), beside)


def booked_kinds(settlement: Settlement) -> UnitKinds:
    """Units by kind: a line of a kind counts its records, and the clause of the line names the kind."""
    by_kind = [line for line in settlement.money if OF_A_KIND in line.clause]
    accepted = {_kind(line): line.units for line in by_kind if line.kind == "accepted_units"}
    discarded = {_kind(line): line.units for line in by_kind if line.kind == "discarded_units"}
    return UnitKinds(accepted, discarded)


def repricing_problems(booked: tuple[MoneyLine, ...], priced: tuple[MoneyLine, ...]) -> tuple[str, ...]:
    """Every line the terms give and the books do not have, and the other way round. Lines of nothing are let
    pass: earlier versions left more of them out.
    """
    ours, theirs = (sorted(_told(line) for line in lines if line.amount) for lines in (booked, priced))
    extra = [line for line in ours if line not in theirs]
    missing = [line for line in theirs if line not in ours]
    return (
        *(f"{_said(line)} is booked, but the terms do not give it" for line in extra),
        *(f"the terms give {_said(line)}, which is not booked" for line in missing),
    )


def _kind(line: MoneyLine) -> str:
    return line.clause.split(OF_A_KIND, 1)[1]


def _told(line: MoneyLine) -> Told:
    return (line.kind, line.clause, line.units, line.unit_price.normalize(), line.amount)


def _said(line: Told) -> str:
    kind, clause, units, price, amount = line
    return f"{kind} {units} x {plain(price)} = {amount} ({clause})"
