import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rampart.delivery.invoice_file import COLUMNS, InvoiceError, InvoiceLine, read_invoice

HEAD = ",".join(COLUMNS)
ROW = "INV-7,1,3,,600,1.75,1050.00,USD"
LINE = InvoiceLine("1", 3, "", 600, Decimal("1.75"), Decimal("1050.00"), "USD", row=2)
ENTRY = {"line": 1, "week": 3, "units": 600, "unit_price": 1.75, "amount": 1050.00, "currency": "usd"}


def table(*rows: str, head: str = HEAD) -> bytes:
    return "\n".join([head, *rows, ""]).encode()


@pytest.mark.parametrize(
    "data",
    [
        table(ROW),
        b"\xef\xbb\xbf" + table(ROW).replace(b"\n", b"\r\n"),
        table(ROW, head=HEAD.replace("_", " ").title()),
        table(ROW.replace(",", ";"), head=HEAD.replace(",", ";")),
        table(ROW.replace(",", "\t"), head=HEAD.replace(",", "\t")),
        table(ROW.replace("USD", " usd ")),
    ],
)
def test_the_same_table_is_read_however_a_spreadsheet_saved_it(data: bytes) -> None:
    found = read_invoice(data, "i.csv")
    assert (found.number, found.lines, found.suffix) == ("INV-7", (LINE,), "csv")


@pytest.mark.parametrize(
    "told",
    [
        {"invoice_number": "INV-7", "lines": [ENTRY]},
        [{"invoice_number": "INV-7", **ENTRY}],
        {"invoice_number": "INV-7", "currency": "USD", "lines": [{**ENTRY, "unit_kind": None}]},
    ],
)
def test_json_says_the_same(told: object) -> None:
    found = read_invoice(json.dumps(told).encode(), "i.json")
    assert (found.number, found.suffix) == ("INV-7", "json")
    assert [(line.amount, line.row, line.currency) for line in found.lines] == [(Decimal(1050), None, "USD")]


def test_amounts_are_taken_as_written_and_never_as_floats() -> None:
    data = b'{"invoice_number": "a", "lines": [{"line": "1", "week": 1, "units": 1, "unit_price": 0.1, '
    found = read_invoice(data + b'"amount": 12345678901234.1, "currency": "USD"}]}', "i.json")
    assert f"{found.lines[0].amount}" == "12345678901234.1"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "the invoice has no line"),
        (table(), "the invoice has no line"),
        (table("INV-7,1,3,,600,1.75,1050.00"), "i.csv line 2: 7 cells under 8 columns"),
        (table(ROW, head=HEAD.replace("amount", "sum")), "i.csv line 1: the column amount is missing"),
        (table(ROW + ",x", head=HEAD + ",note"), "the column 'note' is none of an invoice's"),
        (table(ROW + ",x", head=HEAD + ",week"), "the column 'week' is there twice"),
        (table(ROW.replace("600", "6.5")), "i.csv line 2: units: '6.5' is not a count of units"),
        (table(ROW.replace("1050.00", '"1,050.00"')), "amount: '1,050.00' is not an amount"),
        (table(ROW.replace("1.75", '"1,75"')), "unit_price: '1,75' is not a unit price"),
        (table(ROW.replace("1050.00", "1e3")), "amount: '1e3' is not an amount"),
        (table(ROW.replace("1050.00", "NaN")), "amount: 'NaN' is not an amount"),
        (table(ROW.replace("USD", "$")), "currency: '$' is not a currency"),
        (table(ROW.replace(",3,", ",0,")), "week: '0' is not a contract week"),
        (table(ROW.replace(",3,", ",w3,")), "week: 'w3' is not a contract week"),
        (table(ROW.replace("INV-7", "")), "invoice_number: is empty"),
        (table(ROW, ROW), "i.csv line 3: line: '1' is on line 2 already"),
        (table(ROW, ROW.replace("INV-7,1", "INV-8,2")), "line 3: invoice_number: 'INV-8' here, but 'INV-7'"),
        (table('INV-7,1,3,"'), "the table breaks off"),
        (HEAD.encode() + b"\n\xff", "i.csv line 2: this is not UTF-8"),
        (b'{"lines": 3}', "lines: expected a list of lines"),
        (b'{"lines": [3]}', "entry 1, expected an object"),
        (b'{"invoice_number": "a", "lines": [{"line": [1]}]}', "entry 1, line: expected a text or a number"),
        (b'{"invoice_number": "a", "lines": [{"total": 1}]}', "'total' is none of an invoice's fields"),
        (b"[" * 100_000, "this is no JSON"),
        (b'{"lines": [', "i.csv line 1: this is no JSON"),
        (b" " * (9 << 20), "more than"),
    ],
)
def test_clumsy_input_is_refused_with_line_field_and_fix(data: bytes, said: str) -> None:
    with pytest.raises(InvoiceError) as refused:
        read_invoice(data, "i.csv")
    assert said in str(refused.value)
    assert "Fix: " in str(refused.value)


@given(st.binary(max_size=300) | st.text(max_size=300).map(table))
def test_whatever_it_holds_it_is_read_or_refused_with_a_sentence(data: bytes) -> None:
    try:
        read_invoice(data, "i.csv")
    except InvoiceError as error:
        assert str(error).startswith("i.csv")
