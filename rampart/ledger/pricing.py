"""What a batch costs: accepted units at the price in force, less discount and credits, to the cent."""

from decimal import ROUND_HALF_UP, Decimal

from contracts.model import Contract
from quality.gates.batch.volume import tolerated_units
from rampart.ledger.outcome import MoneyKind, MoneyLine


def price_batch(contract: Contract, week: int, accepted: int, discarded: int) -> tuple[MoneyLine, ...]:
    """The invoice lines of one batch.

    Args:
        contract: the terms; `ramp` holds prices and credits.
        week: contract week, whose phase sets the price.
        accepted: accepted units (judgements).
        discarded: records discarded by the gates.

    Credits: each discarded record beyond the ceiling's allowance (ceiling x readable), and each unit short of
    the tolerated volume; both limits are rounded down to whole units. Credits may exceed what the batch pays:
    the vendor then owes the rest. Where `ramp.excess` is unpaid, accepted units beyond the tolerated volume
    are taken off at what they would have paid. A line of nothing is left out, but for that of the accepted
    units.
    """
    phase, name = contract.phase(week), contract.week(week).phase
    discount, discount_clause = contract.discount(week)
    rates = contract.ramp.credits
    allowed = int(Decimal(str(phase.discard_ceiling)) * (accepted + discarded))
    least, most = tolerated_units(contract, week)
    excess = max(0, accepted - int(most)) if contract.ramp.excess == "unpaid" else 0
    off = phase.price * Decimal(str(discount))
    lines = [
        _line(contract, "accepted_units", accepted, phase.price, f"ramp.phases.{name}.price"),
        _line(
            contract,
            "discount",
            accepted,
            -off,
            discount_clause,
        ),
        _line(contract, "unpaid_excess", excess, off - phase.price, "ramp.excess"),
        _line(
            contract,
            "credit_discards",
            max(0, discarded - allowed),
            -rates.discard_over_ceiling,
            "ramp.credits.discard_over_ceiling",
        ),
        _line(
            contract,
            "credit_short",
            max(0, int(least) - accepted - discarded),
            -rates.short_unit,
            "ramp.credits.short_unit",
        ),
    ]
    return tuple(line for line in lines if line.amount or line.kind == "accepted_units")


def _line(contract: Contract, kind: MoneyKind, units: int, unit_price: Decimal, clause: str) -> MoneyLine:
    cent = Decimal(1).scaleb(-contract.ramp.minor_units)
    amount = (units * unit_price).quantize(cent, ROUND_HALF_UP)
    return MoneyLine(
        kind, units, abs(unit_price), amount, contract.ramp.currency, contract.ramp.minor_units, clause
    )
