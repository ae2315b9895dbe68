"""The page on money names every line, state and status there is, and its example is read as it says."""

from typing import get_args

from rampart.delivery.invoice_file import COLUMNS, read_invoice
from rampart.ledger.invoices.reconcile import Status
from rampart.ledger.outcome import MoneyKind
from rampart.ledger.states import STATES
from tests.docs.pages import ROOT, blocks, code, table

PAGE = ROOT / "docs" / "money.md"


def named(*columns: str) -> list[str]:
    """Every name in the first cell of each row, in order."""
    return [code(part) for row in table(PAGE, *columns) for part in row[0].split(", ")]


def test_every_kind_of_line_is_listed_in_the_order_it_is_booked() -> None:
    listed = named("line", "clause", "units x unit price")
    assert tuple(dict.fromkeys(listed)) == get_args(MoneyKind)


def test_every_state_has_its_money() -> None:
    assert set(named("state", "billed", "payable", "credits", "withheld")) == set(STATES)


def test_every_status_and_every_column_of_an_invoice_is_listed() -> None:
    assert set(named("status", "means")) == set(get_args(Status))
    assert tuple(named("column", "holds")) == COLUMNS


def test_the_example_is_an_invoice() -> None:
    (example,) = (block.text for block in blocks(PAGE) if block.language == "csv")
    found = read_invoice(example.encode(), "example.csv")
    assert [line.unit_kind for line in found.lines] == ["", "discount"]
