"""The figures of a pack: computed once, shown by its pages, and kept as JSON for programs and later packs."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from contracts.model import Contract
from quality.gates.told import Told
from quality.intervals.wilson import wilson
from rampart.ledger.feedback.costs import Saving, savings
from rampart.ledger.feedback.people import Person, people_of
from rampart.ledger.feedback.reason import told_reason
from rampart.ledger.outcome import MoneyLine, Settlement
from rampart.ledger.pricing import price_batch
from rampart.ledger.reckoning import if_accepted

FIGURES = "figures.json"


@dataclass(frozen=True)
class Counts:
    """A week in numbers of judgements: delivered = accepted + discarded + unreadable.

    `listed` of the discarded stand in the pack's lists; `first` counts those by their first reason.
    """

    week: int
    state: str
    delivered: int
    accepted: int
    discarded: int
    unreadable: int
    listed: int
    ceiling: float
    first: Mapping[str, int]

    @property
    def rate(self) -> tuple[float, float, float] | None:
        """The share of readable records that was discarded, with Wilson's 95 % interval."""
        readable = self.accepted + self.discarded
        if not readable:
            return None
        return (self.discarded / readable, *wilson(self.discarded / readable, readable))


@dataclass(frozen=True)
class Figures:
    """All that the pages of a pack say. `trend` has the contract's earlier weeks and, last, this one."""

    contract: Contract
    reason: str
    counts: Counts
    beside: int
    fixes: tuple[Saving, ...]
    people: tuple[Person, ...]
    trend: tuple[Counts, ...]
    money: tuple[MoneyLine, ...]

    @property
    def total(self) -> Decimal:
        """What all lines of money come to."""
        return sum((line.amount for line in self.money), Decimal(0).scaleb(-self.contract.ramp.minor_units))


def figures_of(
    contract: Contract, week: int, settlement: Settlement, told: Told, earlier: Iterable[Counts]
) -> Figures:
    """The figures of a judged week; `earlier` are the counts of the contract's weeks before it."""
    rows = [file for file in settlement.files if file.role == "rows"]

    def pays(accepted: int, discarded: int) -> Decimal:
        lines = price_batch(contract, week, accepted, discarded)
        return sum((line.amount for line in lines), Decimal(0))

    fixes = savings(told.masks, settlement.accepted, settlement.discarded, pays)
    counts = Counts(
        week=week,
        state=settlement.state,
        delivered=sum(file.records for file in rows),
        accepted=settlement.accepted,
        discarded=settlement.discarded,
        unreadable=sum(file.quarantined for file in rows),
        listed=told.masks.total(),
        ceiling=contract.phase(week).discard_ceiling,
        first={fix.reason.code: fix.first for fix in fixes if fix.first},
    )
    return Figures(
        contract=contract,
        reason=told_reason(settlement),
        counts=counts,
        beside=sum(file.quarantined for file in settlement.files if file.role == "items"),
        fixes=fixes,
        people=people_of(told.people),
        trend=(*sorted(earlier, key=lambda one: one.week), counts),
        money=if_accepted(settlement.money),
    )


def as_json(figures: Figures) -> bytes:
    """The figures as one JSON document; amounts are texts, so that no reader rounds them."""
    currency = figures.contract.ramp.currency
    told: dict[str, Any] = {
        "contract_id": figures.contract.contract_id,
        "vendor_id": figures.contract.vendor.id,
        "contract_version": figures.contract.version,
        "verdict": figures.reason,
        "counts": asdict(figures.counts),
        "unreadable_in_joined_files": figures.beside,
        "currency": currency,
        "money": [_money(line) for line in figures.money],
        "total": str(figures.total),
        "reasons": [_fix(fix, figures.contract) for fix in figures.fixes],
        "annotators": [asdict(person) for person in figures.people],
        "weeks": [asdict(one) for one in figures.trend],
    }
    return (json.dumps(told, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def counts_in(data: bytes) -> Counts:
    """The counts of the week a pack's figures are about."""
    return Counts(**json.loads(data)["counts"])


def section_of(contract: Contract, code: str) -> str:
    """The section of the guideline that speaks of a reason; empty where the contract names none."""
    guideline = contract.annotation.guideline
    named = guideline.sections.items() if guideline else ()
    return next((section for reason, section in named if reason == code), "")


def _money(line: MoneyLine) -> dict[str, Any]:
    named = {"kind": line.kind, "units": line.units, "clause": line.clause}
    return {**named, "unit_price": str(line.unit_price), "amount": str(line.amount)}


def _fix(fix: Saving, contract: Contract) -> dict[str, Any]:
    return {
        "code": fix.reason.code,
        "clause": fix.reason.clause,
        "guideline_section": section_of(contract, fix.reason.code),
        "first": fix.first,
        "any": fix.any,
        "only": fix.alone,
        "avoidable": str(fix.worth),
        "avoidable_with_above": str(fix.with_above),
    }
