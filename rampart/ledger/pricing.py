"""What a batch costs: accepted units at the price in force, less discount and credits, to the cent."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from operator import itemgetter

from contracts.model import Contract
from quality.gates.batch.volume import tolerated_units
from rampart.ledger.circumstances import USUAL, Circumstances
from rampart.ledger.money import UNIT_PLACES
from rampart.ledger.outcome import MoneyKind, MoneyLine
from rampart.ledger.rework import reworked_units


@dataclass(frozen=True)
class UnitKinds:
    """Accepted and discarded units by the records' `unit_kind`; records without one are in neither."""

    accepted: Mapping[str, int] = field(default_factory=dict)
    discarded: Mapping[str, int] = field(default_factory=dict)


NO_KINDS = UnitKinds()


@dataclass(frozen=True)
class _Level:
    """The units of one price: `off` is the discount on one of them, `clause` says the price."""

    clause: str
    price: Decimal
    off: Decimal
    accepted: int
    discarded: int

    @property
    def net(self) -> Decimal:
        return self.price - self.off


def price_batch(  # noqa: PLR0917 (what was counted, then what decides beside it)
    contract: Contract,
    week: int,
    accepted: int,
    discarded: int,
    kinds: UnitKinds = NO_KINDS,
    beside: Circumstances = USUAL,
) -> tuple[MoneyLine, ...]:
    """The invoice lines of one batch.

    Args:
        contract: the terms; `ramp` holds prices and credits.
        week: contract week, whose phase sets the prices.
        accepted: accepted units (judgements).
        discarded: records discarded by the gates.
        kinds: how many of either are of which kind; asked for where the phase has `prices`.
        beside: how late the week came, and what was delivered for it before.

    Credits: each discarded record beyond the ceiling's allowance (ceiling x readable), each unit short of the
    tolerated volume, and each day begun after the due moment; both limits are rounded down to whole units.
    Credits may exceed what the batch pays: the vendor then owes the rest. Re-work is taken off where
    `redelivery.price` is free, and where `ramp.excess` is unpaid, paid units beyond the tolerated volume are
    too, both at what they would have paid. Which units those are no clause says, so the cheapest are taken. A
    line of nothing is left out, but for those of the work.

    Two kinds of lines say what would be and is not: `credit_rejected` is owed only once the batch is
    rejected, and `discarded_units` is the worth of what was discarded, where kinds have prices of their own.
    """
    levels = _levels(contract, week, accepted, discarded, kinds)
    rates, clause = contract.ramp.credits, "ramp.credits."
    phase = contract.phase(week)
    allowed = int(Decimal(str(phase.discard_ceiling)) * (accepted + discarded))
    least, most = tolerated_units(contract, week)
    free = reworked_units(accepted, beside.earlier) if contract.redelivery.price == "free" else 0
    excess = max(0, accepted - free - int(most)) if contract.ramp.excess == "unpaid" else 0
    gone = {"free_rework": (free, "redelivery.price"), "unpaid_excess": (excess, "ramp.excess")}
    paid = [*_paid(contract, week, levels), *_taken_off(contract, levels, gone)]
    owed: list[tuple[MoneyKind, int, Decimal, str]] = [
        ("credit_discards", max(0, discarded - allowed), rates.discard_over_ceiling, "discard_over_ceiling"),
        ("credit_short", max(0, int(least) - accepted - discarded), rates.short_unit, "short_unit"),
        ("credit_late", *_late(contract, sum(line.amount for line in paid), beside.late_days), "late_day"),
        ("credit_rejected", contract.week(week).units, rates.rejected_unit, "rejected_unit"),
    ]
    lines = [
        *paid,
        *(_line(contract, kind, units, -each, clause + name) for kind, units, each, name in owed),
        *(
            _line(contract, "discarded_units", level.discarded, -level.net, level.clause)
            for level in levels
            if phase.prices
        ),
    ]
    return tuple(line for line in lines if _says_something(line))


def _says_something(line: MoneyLine) -> bool:
    """Work is kept even if its amount rounds to nothing: its units tell exactly what was billed."""
    if line.kind == "accepted_units":
        return True
    if line.kind == "discarded_units":
        return line.units > 0
    return bool(line.amount) or (line.kind == "discount" and line.units > 0 and line.unit_price > 0)


def _levels(
    contract: Contract, week: int, accepted: int, discarded: int, kinds: UnitKinds
) -> tuple[_Level, ...]:
    """The base price first, with every unit that has no price of its own; then the kinds, by name."""
    phase, name = contract.phase(week), contract.week(week).phase
    share = Decimal(str(contract.discount(week)[0]))
    own = [
        _Level(
            f"ramp.phases.{name}.prices.{kind}",
            price,
            price * share,
            kinds.accepted.get(kind, 0),
            kinds.discarded.get(kind, 0),
        )
        for kind, price in sorted(phase.prices.items())
    ]
    rest = _Level(
        f"ramp.phases.{name}.price",
        phase.price,
        phase.price * share,
        accepted - sum(level.accepted for level in own),
        discarded - sum(level.discarded for level in own),
    )
    return (rest, *own)


def _paid(contract: Contract, week: int, levels: Iterable[_Level]) -> Iterator[MoneyLine]:
    levels, (_, discount) = tuple(levels), contract.discount(week)
    for level in levels:
        if not (level.accepted or level.discarded or level is levels[0]):
            continue
        yield _line(contract, "accepted_units", level.accepted, level.price, level.clause)
    for off in dict.fromkeys(level.off for level in levels):
        units = sum(level.accepted for level in levels if level.off == off)
        yield _line(contract, "discount", units, -off, discount)


def _taken_off(
    contract: Contract, levels: Iterable[_Level], gone: Mapping[str, tuple[int, str]]
) -> Iterator[MoneyLine]:
    """Units that are accepted and not paid, each at what it would have paid, the cheapest first."""
    left = sorted(((level.net, level.accepted) for level in levels), key=itemgetter(0))
    kinds: tuple[MoneyKind, ...] = ("free_rework", "unpaid_excess")
    for kind in kinds:
        wanted, clause = gone[kind]
        taken: dict[Decimal, int] = {}
        rest = []
        for net, there in left:
            units = min(wanted, there)
            wanted -= units
            rest.append((net, there - units))
            taken[net] = taken.get(net, 0) + units
        left = rest
        for net, units in taken.items():
            yield _line(contract, kind, units, -net, clause)


def _late(contract: Contract, paid: Decimal | int, days: int) -> tuple[int, Decimal]:
    """Days and the credit of one, in all at most what the accepted units pay."""
    share = Decimal(str(contract.ramp.credits.late_day))
    if not days or paid <= 0 or not share:
        return 0, Decimal(0)
    each = paid * min(share, Decimal(1) / days)
    return days, each.quantize(Decimal(1).scaleb(-UNIT_PLACES), ROUND_HALF_UP)


def _line(contract: Contract, kind: MoneyKind, units: int, unit_price: Decimal, clause: str) -> MoneyLine:
    cent = Decimal(1).scaleb(-contract.ramp.minor_units)
    amount = (units * unit_price).quantize(cent, ROUND_HALF_UP)
    return MoneyLine(
        kind, units, abs(unit_price), amount, contract.ramp.currency, contract.ramp.minor_units, clause
    )
