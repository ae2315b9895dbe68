"""How much was delivered against the week's plan, and how much of it could be read."""

from decimal import Decimal

from contracts.model import Contract
from quality.verdict import GateSpec, Status, Verdict


def tolerated_units(contract: Contract, week: int) -> tuple[Decimal, Decimal]:
    """The least and the most judgements the week's plan tolerates: exact, as they also decide on money."""
    planned = contract.week(week).units
    under, over = (Decimal(str(share)) for share in (contract.ramp.volume_under, contract.ramp.volume_over))
    return planned * (1 - under), planned * (1 + over)


def unreadable_share(
    unreadable: int, delivered: int, contract: Contract, evidence: str | None = None
) -> Verdict:
    """Share of delivered judgements that could not be read as records: a census, no sample."""
    limit = contract.gates.max_unreadable
    spec = GateSpec("gates.max_unreadable", "unreadable_share", limit, "hold")
    if delivered == 0:
        return Verdict(spec, "not_testable", None, None, None, 0, "nothing was delivered")
    share = unreadable / delivered
    status: Status = "pass" if share <= limit else "fail"
    reason = f"{unreadable} of {delivered} judgements could not be read ({share:.1%}), {limit:.0%} tolerated"
    return Verdict(spec, status, share, None, None, delivered, reason, evidence)


def volume(delivered: int, contract: Contract, week: int, evidence: str | None = None) -> Verdict:
    """Readable judgements (`delivered`) against the week's plan. Advisory: the price follows the count."""
    planned = contract.week(week).units
    least, most = tolerated_units(contract, week)
    spec = GateSpec(f"ramp.weeks.{week}.units", "volume", float(planned), "none")
    if least <= delivered <= most:
        reason = f"{delivered} readable judgements of {planned} planned"
        return Verdict(spec, "pass", delivered, None, None, delivered, reason, evidence)
    side = "short of" if delivered < least else "above"
    tolerated = f"{least.normalize():f} to {most.normalize():f}"
    reason = f"{delivered} readable judgements, {side} the tolerated {tolerated} around {planned}"
    return Verdict(spec, "warn", delivered, None, None, delivered, reason, evidence)
