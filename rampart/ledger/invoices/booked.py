"""Booked invoices: an event in the contract's stream; the file and its comparison lie in the store.

The vendor's words (its invoice number, its names of kinds) stay in the store. An invoice is known by the
SHA-256 of its file, so booking it again changes nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine
from sqlmodel import Session, select

from rampart.ledger.canonical import Json
from rampart.ledger.chain import append_event, contract_stream, events
from rampart.ledger.contracts import current_in
from rampart.ledger.engine import reading, writing
from rampart.ledger.errors import InvoiceConflictError, UnknownContractError, UnknownInvoiceError
from rampart.ledger.signed import signed
from rampart.ledger.tables import Event

BOOKED = "invoice.booked"
SHOWN = 12  # characters of an id where people read it


@dataclass(frozen=True)
class BookedInvoice:
    """One invoice on the books: `lines` are the file's, `differing` those that do not agree with the books.

    `object_key` is the file as the vendor sent it, `result_key` the comparison as it was booked.
    """

    invoice_id: str
    contract_id: str
    object_key: str
    result_key: str
    lines: int
    differing: int
    booked_by: str
    as_of: datetime

    def __str__(self) -> str:
        return f"invoice {self.invoice_id[:SHOWN]}"


def book_invoice(engine: Engine, invoice: BookedInvoice, after: tuple[str, ...]) -> BookedInvoice:
    """Write down that an invoice was compared with the books. The same file again changes nothing.

    Args:
        engine: the books.
        invoice: what is booked, by whom and when.
        after: ids of the invoices on the books it was compared with, in their order.

    Raises:
        LedgerError: the name of who books it is empty.
        UnknownContractError: the contract is not on the books.
        InvoiceConflictError: other invoices are on the books than those in `after`.
    """
    by, _ = signed(invoice.booked_by, "booked", f"booking {invoice}")
    with writing(engine) as session:
        must_be_known(session, invoice.contract_id)
        known = tuple(_told(session, invoice.contract_id))
        for one in known:
            if one.invoice_id == invoice.invoice_id:
                return one
        if after != tuple(one.invoice_id for one in known):
            raise InvoiceConflictError(
                f"another invoice of {invoice.contract_id} was booked at the same moment; book this one again"
            )
        said: dict[str, Json] = {"invoice": invoice.invoice_id, "booked_by": by}
        said |= {"object_key": invoice.object_key, "result_key": invoice.result_key}
        said |= {"lines": invoice.lines, "differing": invoice.differing}
        append_event(session, contract_stream(invoice.contract_id), BOOKED, invoice.as_of, said)
    return invoice


def invoices(engine: Engine, contract_id: str) -> tuple[BookedInvoice, ...]:
    """Every booked invoice of a contract, in the order they were booked."""
    with reading(engine) as session:
        must_be_known(session, contract_id)
        return tuple(_told(session, contract_id))


def booked_in(session: Session, contract_id: str) -> tuple[BookedInvoice, ...]:
    """`invoices`, within the caller's transaction; none for a contract that is not on the books."""
    return tuple(_told(session, contract_id))


def invoice_named(engine: Engine, contract_id: str, invoice_id: str) -> BookedInvoice:
    """The invoice whose id begins so; `UnknownInvoiceError` where none or several do."""
    every = invoices(engine, contract_id)
    found = [one for one in every if invoice_id and one.invoice_id.startswith(invoice_id)]
    if len(found) != 1:
        names = ", ".join(one.invoice_id[:SHOWN] for one in every) or "none"
        problem = "several invoices" if found else "no invoice"
        raise UnknownInvoiceError(
            f"{invoice_id!r} names {problem} of {contract_id}; `rampart invoice list {contract_id}` shows "
            f"them: {names}"
        )
    return found[0]


def every_invoice(session: Session) -> tuple[BookedInvoice, ...]:
    """Every booked invoice of every contract, within the caller's transaction."""
    streams = select(Event.stream).where(Event.kind == BOOKED).distinct()
    contracts = sorted(stream.removeprefix(contract_stream("")) for stream in session.exec(streams))
    return tuple(one for contract_id in contracts for one in _told(session, contract_id))


def must_be_known(session: Session, contract_id: str) -> None:
    """`UnknownContractError` for a contract that is not on the books."""
    if contract_id not in (known := current_in(session)):
        there = ", ".join(sorted(known)) or "none"
        raise UnknownContractError(f"no contract {contract_id!r} on the books; there are: {there}")


def _told(session: Session, contract_id: str) -> Iterator[BookedInvoice]:
    for event in events(session, contract_stream(contract_id)):
        if event.kind == BOOKED:
            said = event.payload
            yield BookedInvoice(
                invoice_id=said["invoice"],
                contract_id=contract_id,
                object_key=said["object_key"],
                result_key=said["result_key"],
                lines=said["lines"],
                differing=said["differing"],
                booked_by=said["booked_by"],
                as_of=event.as_of,
            )
