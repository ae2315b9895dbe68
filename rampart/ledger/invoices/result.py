"""A comparison as JSON bytes and back: amounts as text, so that they come back to the last digit."""

import json
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from rampart.ledger.invoices.due import Amount, Counted
from rampart.ledger.invoices.reconcile import Finding


@dataclass(frozen=True)
class Result:
    """The comparison of one invoice: its number as the vendor gave it, and what was found line by line."""

    number: str
    findings: tuple[Finding, ...]

    @property
    def differing(self) -> int:
        """Findings that are not agreed, what is missing among them."""
        return sum(found.status != "agreed" for found in self.findings)

    @property
    def counted(self) -> tuple[Counted, ...]:
        """What the invoice settles."""
        return tuple(part for found in self.findings for part in found.counted)


def as_json(result: Result) -> dict[str, Any]:
    """Plain values; equal results give equal ones."""
    return {"number": result.number, "findings": [_plain(asdict(one)) for one in result.findings]}


def to_bytes(result: Result) -> bytes:
    """The bytes that are stored."""
    return json.dumps(as_json(result), indent=1, ensure_ascii=False, sort_keys=True).encode()


def from_bytes(data: bytes) -> Result:
    """What `to_bytes` wrote."""
    told = json.loads(data)
    return Result(told["number"], tuple(_finding(one) for one in told["findings"]))


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, list | tuple) else value


def _finding(told: dict[str, Any]) -> Finding:
    difference = None if told["difference"] is None else Decimal(told["difference"])
    counted = tuple(Counted(**{**one, "amount": Decimal(one["amount"])}) for one in told["counted"])
    amounts = {name: _amount(told[name]) for name in ("billed", "booked")}
    return Finding(**{**told, **amounts, "difference": difference, "counted": counted})


def _amount(told: dict[str, Any] | None) -> Amount | None:
    if told is None:
        return None
    return Amount(told["units"], Decimal(told["unit_price"]), Decimal(told["amount"]))
