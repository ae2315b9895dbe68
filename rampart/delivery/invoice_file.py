"""A vendor's invoice as a table: what is billed for which contract week, a line a price.

CSV with a header, separated by commas, semicolons or tabs, or JSON: a list of lines, or one object whose
`lines` hold them and which says of all what they do not say themselves::

    invoice_number,line,week,unit_kind,units,unit_price,amount,currency
    INV-7,1,3,,600,1.75,1050.00,USD
    INV-7,2,3,credit_short,10,0.50,-5.00,USD

`unit_kind` is empty for units at the phase's price, one of the contract's kinds, or the name of a deduction.
"""

import csv
import hashlib
import io
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from rampart.delivery.errors import DeliveryError
from rampart.delivery.limits import LONGEST_INVOICE, LONGEST_INVOICE_CELL

COLUMNS = ("invoice_number", "line", "week", "unit_kind", "units", "unit_price", "amount", "currency")
_OPTIONAL = "unit_kind"
_HEADER = f"begin with the line {','.join(COLUMNS)}"
# Far more than any books hold (10^18 minor units); a longer number is a slip or an attack.
_WHOLE = re.compile(r"[0-9]{1,12}")
_PRICE = re.compile(r"[0-9]{1,12}(\.[0-9]{1,8})?")
_AMOUNT = re.compile(r"-?[0-9]{1,16}(\.[0-9]{1,4})?")
_CURRENCY = re.compile(r"[A-Z]{3}")
_FIXES = {
    "week": (_WHOLE, "a contract week", "write its number, such as 3"),
    "units": (_WHOLE, "a count of units", "write a whole number without separators, such as 1200"),
    "unit_price": (_PRICE, "a unit price", "write it with a decimal point and no separators, such as 1.75"),
    "amount": (_AMOUNT, "an amount", "write it with a decimal point and no separators, such as -1050.00"),
    "currency": (_CURRENCY, "a currency", "write its three-letter code, such as USD"),
}


class InvoiceError(DeliveryError):
    """An invoice cannot be read; the message names the line, the field and the fix."""


@dataclass(frozen=True)
class InvoiceLine:
    """One billed line: `units` of `unit_kind` in a contract week; `row` is its line in a CSV file."""

    line: str
    week: int
    unit_kind: str
    units: int
    unit_price: Decimal
    amount: Decimal
    currency: str
    row: int | None = None


@dataclass(frozen=True)
class InvoiceFile:
    """A read invoice. `digest` is the SHA-256 of the file's bytes, `suffix` what they are: csv or json."""

    number: str
    lines: tuple[InvoiceLine, ...]
    digest: str
    suffix: str


def read_invoice(data: bytes, file: str) -> InvoiceFile:
    """The invoice in `data`; `InvoiceError` names line, field, problem and fix. Blank lines are skipped."""
    if len(data) > LONGEST_INVOICE:
        problem = f"the file has {len(data):,} bytes, more than {LONGEST_INVOICE:,}"
        raise InvoiceError(problem, file, fix="split it in several invoices")
    text = _text(data, file)
    suffix = "json" if text.lstrip()[:1] in ("{", "[") else "csv"
    rows = list(_json_rows(text, file) if suffix == "json" else _csv_rows(text, file))
    if not rows:
        raise InvoiceError("the invoice has no line", file, fix=_HEADER)
    numbers: dict[str, str] = {}
    seen: dict[str, str] = {}
    found = []
    for place, row in rows:
        numbers.setdefault(_named(row, "invoice_number", place, file), place.said)
        if len(numbers) > 1:
            first, second = numbers
            problem = f"invoice_number: {second!r} here, but {first!r} before"
            raise place.error(problem, file, "give one invoice a file")
        line = _line(row, place, file)
        if line.line in seen:
            raise place.error(
                f"line: {line.line!r} is {seen[line.line]} already", file, "number each line once"
            )
        seen[line.line] = place.said
        found.append(line)
    return InvoiceFile(next(iter(numbers)), tuple(found), hashlib.sha256(data).hexdigest(), suffix)


@dataclass(frozen=True)
class _Place:
    """Where a line of the invoice stands: a line of the file, or an entry of the JSON list."""

    row: int | None
    entry: int

    @property
    def said(self) -> str:
        return f"on line {self.row}" if self.row else f"entry {self.entry}"

    def error(self, problem: str, file: str, fix: str) -> InvoiceError:
        where = "" if self.row else f"{self.said}, "
        return InvoiceError(f"{where}{problem}", file, self.row, fix)


Row = Mapping[str, str]


def _text(data: bytes, file: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise InvoiceError("this is not UTF-8", file, line, "save the invoice in UTF-8") from error


def _csv_rows(text: str, file: str) -> Iterator[tuple[_Place, Row]]:
    first = text.lstrip().split("\n", 1)[0]
    separator = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True, delimiter=separator)
    header: list[str] = []
    line = 1
    try:
        for cells in reader:
            here, line = line, reader.line_num + 1
            if not any(cell.strip() for cell in cells):
                continue
            if not header:
                header = _header(cells, file, here)
                continue
            if len(cells) != len(header):
                problem = f"{len(cells)} cells under {len(header)} columns"
                raise InvoiceError(problem, file, here, "quote a cell that holds the separator")
            yield _Place(here, here), dict(zip(header, (cell.strip() for cell in cells), strict=True))
    except csv.Error as error:
        raise InvoiceError(f"the table breaks off ({error})", file, line, "close every quote") from error


def _header(cells: list[str], file: str, line: int) -> list[str]:
    header = ["_".join(cell.strip().lower().split()) for cell in cells]
    for name in COLUMNS:
        if name not in header and name != _OPTIONAL:
            raise InvoiceError(f"the column {name} is missing", file, line, _HEADER)
    for name in header:
        if name not in COLUMNS or header.count(name) > 1:
            what = "is there twice" if name in COLUMNS else "is none of an invoice's"
            raise InvoiceError(f"the column {name!r} {what}", file, line, _HEADER)
    return header


def _json_rows(text: str, file: str) -> Iterator[tuple[_Place, Row]]:
    fix = f"give a list of objects with the fields {', '.join(COLUMNS)}"
    try:
        told: Any = json.loads(text, parse_float=str, parse_int=str, parse_constant=str)
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", None)
        raise InvoiceError(f"this is no JSON ({error})", file, line, fix) from error
    shared = {name: told[name] for name in told if name != "lines"} if isinstance(told, dict) else {}
    lines = told.get("lines") if isinstance(told, dict) else told
    if not isinstance(lines, list):
        raise InvoiceError("lines: expected a list of lines", file, fix=fix)
    for entry, line in enumerate(lines, start=1):
        place = _Place(None, entry)
        if not isinstance(line, dict):
            raise place.error("expected an object", file, fix)
        row = {**shared, **line}
        for name, value in row.items():
            if name not in COLUMNS:
                raise place.error(f"{name!r} is none of an invoice's fields", file, fix)
            if not isinstance(value, str) and value is not None:
                raise place.error(f"{name}: expected a text or a number", file, fix)
        yield place, {name: (row.get(name) or "").strip() for name in COLUMNS}


def _line(row: Row, place: _Place, file: str) -> InvoiceLine:
    told = {name: _checked(row, name, place, file) for name in _FIXES}
    kind = row.get(_OPTIONAL, "")
    if len(kind) > LONGEST_INVOICE_CELL:
        raise place.error("unit_kind: is far too long", file, "name a unit kind of the contract")
    return InvoiceLine(
        line=_named(row, "line", place, file),
        week=int(told["week"]),
        unit_kind=kind,
        units=int(told["units"]),
        unit_price=Decimal(told["unit_price"]),
        amount=Decimal(told["amount"]),
        currency=told["currency"],
        row=place.row,
    )


def _named(row: Row, name: str, place: _Place, file: str) -> str:
    value = row.get(name, "")
    if not value or len(value) > LONGEST_INVOICE_CELL:
        problem = f"{name}: {'is far too long' if value else 'is empty'}"
        raise place.error(problem, file, f"give every line its {name}")
    return value


def _checked(row: Row, name: str, place: _Place, file: str) -> str:
    pattern, what, fix = _FIXES[name]
    value = row.get(name, "")
    value = value.upper() if name == "currency" else value
    if not pattern.fullmatch(value) or (name == "week" and int(value) == 0):
        said = f"{value[:LONGEST_INVOICE_CELL]!r} is not {what}" if value else "is empty"
        raise place.error(f"{name}: {said}", file, fix)
    return value
