"""The money of one contract: every week's reckoning, the clauses behind its lines, the booked invoices."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache

from sqlalchemy import Engine

from contracts.load import ContractError, parse_contract
from contracts.versions.clauses import clauses
from contracts.versions.phrases import value_in_words
from dashboard.pages.missing import NotOnTheBooksError, ReadArtefact
from rampart.delivery.errors import DeliveryError
from rampart.ledger.contracts import contract_versions
from rampart.ledger.errors import UnknownContractError
from rampart.ledger.invoices.booked import BookedInvoice
from rampart.ledger.invoices.result import Result, from_bytes
from rampart.ledger.read import Statement, statement
from rampart.ledger.read.worth import ContractWorth, contract_worth


@dataclass(frozen=True)
class ClauseSum:
    """One clause with money behind it: what it says, the weeks it was used in, and the sum of its lines.

    `says` has a value for each version whose weeks used it; it is empty where no version can be read.
    """

    clause: str
    says: tuple[str, ...]
    weeks: tuple[int, ...]
    amount: Decimal


@dataclass(frozen=True)
class InvoiceShown:
    """A booked invoice; `result` is None where its comparison is not in the store."""

    booked: BookedInvoice
    result: Result | None


@dataclass(frozen=True)
class MoneyPage:
    """`/contracts/{contract_id}/money`: what was committed, paid, withheld and gained."""

    statement: Statement = field(
        metadata={"help": "Every week's money by its state, the sums, and the gain of the reward model."}
    )
    worth: ContractWorth = field(
        metadata={"help": "What each batch was worth to the reward model, as `rampart rm value` gives it."}
    )
    clauses: tuple[ClauseSum, ...] = field(
        metadata={"help": "The clauses behind the lines that are owed: what each says, where and how much."}
    )
    invoices: tuple[InvoiceShown, ...] = field(
        metadata={"help": "The booked invoices, each with its comparison as it was booked."}
    )


def money_page(engine: Engine, read: ReadArtefact, contract_id: str) -> MoneyPage:
    """Read the page; `NotOnTheBooksError` for a contract that is not on the books."""
    try:
        found = statement(engine, contract_id)
    except UnknownContractError as error:
        raise NotOnTheBooksError(f"There is no contract {contract_id} on the books.") from error
    keys = {version.version: version.key for version in contract_versions(engine, contract_id)}
    values = {version: _values(key, read) for version, key in keys.items()}
    return MoneyPage(
        statement=found,
        worth=contract_worth(engine, read, contract_id),
        clauses=tuple(_clauses(found, values)),
        invoices=tuple(InvoiceShown(one, _result(one, read)) for one in found.invoices),
    )


def _clauses(found: Statement, values: dict[str, dict[str, str]]) -> Iterator[ClauseSum]:
    lines = [(week.week, week.version, line) for week in found.weeks for line in week.lines]
    for clause in dict.fromkeys(line.clause for _, _, line in lines):
        used = [(week, version, line.amount) for week, version, line in lines if line.clause == clause]
        told = (values.get(version, {}).get(clause, "") for _, version, _ in used)
        yield ClauseSum(
            clause=clause,
            says=tuple(value for value in dict.fromkeys(told) if value),
            weeks=tuple(dict.fromkeys(week for week, _, _ in used)),
            amount=sum((amount for _, _, amount in used), found.total.billed * 0),
        )


def _values(key: str, read: ReadArtefact) -> dict[str, str]:
    """Clause → its value in words; empty where the version cannot be read."""
    try:
        return _parsed(read(key), key)
    except (DeliveryError, ContractError):
        return {}


@lru_cache(maxsize=32)
def _parsed(data: bytes, key: str) -> dict[str, str]:
    found = clauses(parse_contract(data, key))  # 0.3 s, and a version never changes
    return {address: value_in_words(one.value, one.about.kind) for address, one in found.items()}


def _result(booked: BookedInvoice, read: ReadArtefact) -> Result | None:
    try:
        return from_bytes(read(booked.result_key))
    except DeliveryError:
        return None
