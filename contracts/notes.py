"""What is worth knowing about a contract file that is in order."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from contracts.load import PROPERTY
from contracts.model import Contract
from contracts.reading.document import Document, Place, read_document
from contracts.reading.problems import one_line
from contracts.versions.phrases import value_in_words
from contracts.versions.unjudged import recorded, refused


@dataclass(frozen=True)
class Note:
    """One remark about a contract file. `line` is from 1, None where it has no place."""

    field: str
    line: int | None
    note: str

    def __str__(self) -> str:
        where = f" (line {self.line})" if self.line else ""
        return f"{self.note}: {self.field}{where}"


def notes(contract: Contract, data: bytes, path: str) -> tuple[Note, ...]:
    """Clauses nothing judges yet, and fields of the standard that say other than our terms.

    Args:
        contract: what `data` says.
        data: the bytes of the contract file.
        path: names the file in errors.
    """
    document = read_document(data, path)
    line = lines(document)
    told = {"recorded, not judged yet": recorded(contract)}
    told["not billed yet, so it cannot come into force"] = refused(contract)
    unjudged = [Note(address, line(address), note) for note, found in told.items() for address in found]
    told_late = (*_unnamed_weeks(contract, line), *_unannounced(contract, line))
    return (*unjudged, *told_late, *_contradictions(contract, document))


def lines(document: Document) -> Callable[[str], int | None]:
    """A function from a clause's address to the line where the file says it, or its nearest group."""
    entries = document.values.get("customProperties") or []
    place = next((n for n, entry in enumerate(entries) if entry.get("property") == PROPERTY), 0)

    def line(address: str) -> int | None:
        parts: Place = tuple(int(part) if part.isdigit() else part for part in address.split("."))
        if len(parts) == 1 and (odcs := {"contract_id": "id"}.get(address, address)) in document.values:
            return document.line((odcs,))
        return document.line(("customProperties", place, "value", *parts))

    return line


def _unnamed_weeks(contract: Contract, line: Callable[[str], int | None]) -> Iterator[Note]:
    """Checkpoints of later weeks are often named later, by amendment; until then their batches are held."""
    terms = contract.on_policy
    open_weeks = [str(week) for week in sorted(contract.ramp.weeks) if not terms.allowed(week)]
    asked = [name for name in ("min_share", "min_share_one") if getattr(terms, name)]
    if asked and open_weeks:
        weeks = f"week{'s' * (len(open_weeks) > 1)} {', '.join(open_weeks)}"
        note = f"names no checkpoint for {weeks}: on_policy.{asked[0]} cannot be judged, and batches are held"
        yield Note("on_policy.checkpoints", line("on_policy.checkpoints"), note)


def _unannounced(contract: Contract, line: Callable[[str], int | None]) -> Iterator[Note]:
    """Without a manifest and without a word on when it is complete, half an upload is a delivery."""
    if contract.delivery.manifest == "none" and contract.delivery.complete is None:
        note = "no delivery.complete beside it: a delivery counts as soon as one file of rows is there"
        yield Note("delivery.manifest", line("delivery.manifest"), note)


def _contradictions(contract: Contract, document: Document) -> Iterator[Note]:
    price: Mapping[str, Any] = document.values.get("price") or {}
    currency, amount = price.get("priceCurrency"), _amount(price.get("priceAmount"))
    if currency not in (None, contract.ramp.currency):
        note = f"says {currency}, but ramp.currency is {contract.ramp.currency}"
        yield Note("price.priceCurrency", document.line(("price", "priceCurrency")), one_line(note))
    phases = contract.ramp.phases.items()
    prices = {value for _, phase in phases for value in (phase.price, *phase.prices.values())}
    if amount is not None and amount not in prices:
        said = ", ".join(f"{value_in_words(phase.price, 'money')} ({name})" for name, phase in phases)
        note = f"says {value_in_words(amount, 'money')}, but the phases' prices are {said}"
        yield Note("price.priceAmount", document.line(("price", "priceAmount")), one_line(note))


def _amount(value: object) -> Decimal | None:
    try:
        return None if value is None else Decimal(str(value))
    except InvalidOperation:
        return None
