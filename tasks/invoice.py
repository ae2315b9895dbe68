"""A vendor's invoice: compared with the books, booked, and looked at again after later judgements."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from rampart.delivery.invoice_file import InvoiceFile, read_invoice
from rampart.delivery.tables import invoice_prefix, publish_bytes
from rampart.ledger.errors import InvoiceConflictError
from rampart.ledger.invoices.booked import BookedInvoice, book_invoice, invoices
from rampart.ledger.invoices.owed import weeks_owed
from rampart.ledger.invoices.reconcile import Finding, reconcile
from rampart.ledger.invoices.result import Result, from_bytes, to_bytes
from tasks.workspace import Workspace, terms_of


@dataclass(frozen=True)
class Change:
    """A line whose comparison has changed since it was booked; None where the line was not there."""

    then: Finding | None
    now: Finding | None


@dataclass(frozen=True)
class Compared:
    """An invoice against the books as they stand; `booked` where it is on the books already.

    `after` are the ids of the invoices booked before it, whose lines it was compared with too; `twin` is the
    first of them that bills just the same, and its number.
    """

    invoice: InvoiceFile
    result: Result
    booked: BookedInvoice | None
    after: tuple[str, ...]
    twin: tuple[BookedInvoice, str] | None = None


def compare_invoice(place: Workspace, contract_id: str, data: bytes, file: str) -> Compared:
    """Hold an invoice against what is owed and what earlier invoices settle.

    Raises:
        InvoiceError: the file cannot be read.
        UnknownContractError: the contract is not on the books.
        InvoiceConflictError: another file with this invoice's number is booked.
    """
    invoice = read_invoice(data, file)
    known = invoices(place.books, contract_id)
    booked = next((one for one in known if one.invoice_id == invoice.digest), None)
    earlier = known[: known.index(booked)] if booked else known
    before = {one.invoice_id: booked_result(place, one) for one in earlier}
    for invoice_id, result in before.items():
        if result.number == invoice.number:
            raise InvoiceConflictError(
                f"an invoice with the number {invoice.number!r} is booked already, with other bytes "
                f"({invoice_id[:12]}); a corrected invoice needs a number of its own"
            )
    owed = weeks_owed(place.books, contract_id, lambda digest: terms_of(digest, place))
    settled = [part for result in before.values() for part in result.counted]
    result = Result(invoice.number, reconcile(invoice, owed, settled))
    twins = [one for one in earlier if _billed(before[one.invoice_id]) == _billed(result)]
    twin = (twins[0], before[twins[0].invoice_id].number) if twins else None
    return Compared(invoice, result, booked, tuple(before), twin)


def _billed(result: Result) -> list[tuple[int, str, str, int, Decimal]]:
    """What an invoice asks for, whatever it and its lines are called."""
    return sorted(
        (one.week, one.kind, one.currency, one.billed.units, one.billed.amount)
        for one in result.findings
        if one.billed
    )


def take_invoice(  # noqa: PLR0917 (whose invoice, which file, by whom, when)
    place: Workspace, contract_id: str, data: bytes, file: str, by: str, as_of: datetime
) -> tuple[BookedInvoice, Compared]:
    """Keep an invoice and book its comparison with the books. The same file again changes nothing.

    The comparison's `booked` is there only where it was on the books before.

    Raises what `compare_invoice` does, and `LedgerError` where `by` is empty.
    """
    compared = compare_invoice(place, contract_id, data, file)
    if compared.booked:
        return compared.booked, compared
    prefix = invoice_prefix(contract_id)
    booked = BookedInvoice(
        invoice_id=compared.invoice.digest,
        contract_id=contract_id,
        object_key=publish_bytes(place.store, prefix, "invoice", compared.invoice.suffix, data),
        result_key=publish_bytes(place.store, prefix, "comparison", "json", to_bytes(compared.result)),
        lines=len(compared.invoice.lines),
        differing=compared.result.differing,
        booked_by=by,
        as_of=as_of,
    )
    return book_invoice(place.books, booked, compared.after), compared


def booked_result(place: Workspace, booked: BookedInvoice) -> Result:
    """The comparison as it was booked."""
    return from_bytes(place.store.get(booked.result_key))


def compared_again(place: Workspace, booked: BookedInvoice) -> Compared:
    """A booked invoice against the books as they stand now."""
    data = place.store.get(booked.object_key)
    return compare_invoice(place, booked.contract_id, data, booked.object_key)


def changes(then: Result, now: Result) -> tuple[Change, ...]:
    """What later judgements changed, line by line; missing lines are told apart by week and kind."""
    before, after = ({_name(one): one for one in result.findings} for result in (then, now))
    named = dict.fromkeys([*before, *after])
    pairs = (Change(before.get(name), after.get(name)) for name in named)
    return tuple(pair for pair in pairs if _told(pair.then) != _told(pair.now))


def _name(found: Finding) -> tuple[str, int, str]:
    return (found.line, found.week, found.kind)


def _told(found: Finding | None) -> tuple[object, ...] | None:
    """What counts of a finding: where its rows lie changes with every judgement."""
    return (found.status, found.booked, found.difference) if found else None
