"""The money page: its figures lead to weeks, clauses and invoices."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine

from contracts.load import load_contract
from contracts.model import Contract
from dashboard.links import money_url
from rampart.delivery.errors import MissingObjectError
from rampart.delivery.invoice_file import read_invoice
from rampart.ledger.batch_rows import BatchKey
from rampart.ledger.contracts import register_contract
from rampart.ledger.engine import open_ledger
from rampart.ledger.invoices.booked import BookedInvoice, book_invoice
from rampart.ledger.invoices.owed import weeks_owed
from rampart.ledger.invoices.reconcile import reconcile
from rampart.ledger.invoices.result import Result, to_bytes
from rampart.ledger.models import record_training
from rampart.ledger.outbox import pending
from tests.dashboard.books import HOSTILE_TEXT, SPECS, day, deliver, stored
from tests.dashboard.conftest import Get, browser
from tests.dashboard.markup import Page
from tests.ledger.books import promotion, training

WORTH_KEY = "models/one/worth-1.json"
FILE = SPECS / "birch.odcs.yaml"
INVOICE = f"""invoice_number,line,week,unit_kind,units,unit_price,amount,currency
{HOSTILE_TEXT.replace(chr(27), "")},1,1,,133,2.00,266.00,USD
x,2,1,,1,1,1,EUR
""".replace("\nx,", f"\n{HOSTILE_TEXT.replace(chr(27), '')},")


@pytest.fixture
def books(tmp_path: Path) -> Iterator[Engine]:
    """A judged week of Birch, and an invoice for it that leaves out the discount."""
    opened = open_ledger(f"sqlite:///{tmp_path}/ledger.db")
    contract = load_contract(FILE)
    register_contract(opened, contract, f"contracts/{contract.digest}.odcs.yaml", day(1))
    deliver(opened, contract, 1, 0.44)
    result = compared(opened, contract)
    booked = BookedInvoice(
        "5f" * 32, contract.contract_id, "invoices/i.csv", "invoices/c.json", 2, 2, "Ada", day(9)
    )
    book_invoice(opened, booked, ())
    yield opened
    opened.dispose()
    assert result.differing


def compared(engine: Engine, contract: Contract) -> Result:
    owed = weeks_owed(engine, contract.contract_id, lambda _: contract)
    invoice = read_invoice(INVOICE.encode(), "i.csv")
    return Result(invoice.number, reconcile(invoice, owed))


@pytest.fixture
def get(books: Engine) -> Get:
    """A dashboard whose store holds the contract and the comparison."""
    contract = load_contract(FILE)
    kept = {
        f"contracts/{contract.digest}.odcs.yaml": FILE.read_bytes(),
        "invoices/c.json": to_bytes(compared(books, contract)),
    }

    def read(key: str) -> bytes:
        return kept[key] if key in kept else stored(key)

    return browser(books, read)


BIRCH = money_url(load_contract(FILE).contract_id)


def test_the_page_says_what_each_clause_says_and_where_it_was_used(get: Get) -> None:
    page = Page(get(BIRCH).text)
    assert "ramp.phases.calibration.price 2.00 1" in page.text
    assert "ramp.phases.calibration.discount 30 % 1" in page.text
    assert "clause-ramp.phases.calibration.price" in page.ids
    assert "#clause-ramp.phases.calibration.price" in list(page.links)


def test_a_booked_invoice_is_shown_line_by_line_and_its_text_does_not_act(get: Get) -> None:
    page = Page(get(BIRCH).text)
    assert "over billed" in page.text
    assert "wrong currency" in page.text
    assert (
        "133 \N{MULTIPLICATION SIGN} 2.00 266.00 133 \N{MULTIPLICATION SIGN} 1.40 186.20 79.80 USD"
        in page.text
    )
    assert "invoice-5f5f5f5f5f5f" in page.ids
    assert "<img" not in page.source


def test_the_sums_are_those_of_the_weeks(get: Get) -> None:
    shown = Page(get(BIRCH).text).text
    assert "committed 8,296.00 USD" in shown
    assert "spent 186.20 USD" in shown
    assert "331.80 186.20 0.00 145.60 0.00" in shown


def test_without_a_store_the_figures_stand_and_the_rest_says_so(books: Engine) -> None:
    def nothing(key: str) -> bytes:
        raise MissingObjectError("nothing is stored under this key", key)

    shown = Page(browser(books, nothing)(BIRCH).text).text
    assert "Its comparison is not in the store" in shown
    assert "331.80 186.20" in shown


def test_a_contract_that_is_not_there_is_a_clear_404(get: Get) -> None:
    answer = get("/contracts/nobody/money")
    assert (answer.status_code, "There is no contract nobody" in answer.text) == (404, True)


def valued_books(opened: Engine) -> Engine:
    """Birch's first week is accepted and trained on, with what it was worth beside the model."""
    for work in pending(opened, "batch.accepted"):
        key = BatchKey(work.contract_id, work.week, work.revision)
        run = training(key, work.program)
        run = replace(run, artefacts={**run.artefacts, "worth-1.json": WORTH_KEY}, contract_digests=())
        record_training(opened, work.id, run, promotion(), day(9))
    return opened


def worth_stored(contract_id: str) -> bytes:
    def share(value: float, error: float) -> dict[str, float]:
        low, high = value - 2 * error, value + 2 * error
        return {"value": value, "error": error, "low": low, "high": high, "n_pairs": 99, "n_prompts": 88}

    batch = {"contract_id": contract_id, "week": 1}
    held = {"expected": 0.79, "p": 0.0001, "flagged": True}
    return json.dumps(
        {
            "skipped": "",
            "since": {**batch, "before": None, "gain": share(0.1, 0.02)},
            "agreements": [{**batch, "share": share(0.53, 0.02), "held": held}],
            "left_out": [
                {**batch, "n_train": 80, "difference": share(0.01, 0.01), "elsewhere": share(-0.03, 0.01)}
            ],
            "curve": {"another": 80, "gain": 0.01, "gain_low": 0.002, "gain_high": 0.02},
        }
    ).encode()


def test_a_batch_below_what_the_others_say_is_marked_and_its_cost_is_beside_it(books: Engine) -> None:
    contract_id = load_contract(FILE).contract_id
    valued_books(books)

    def read(key: str) -> bytes:
        return worth_stored(contract_id) if key == WORTH_KEY else stored(key)

    page = Page(browser(books, read)(BIRCH).text)
    assert "worth-1" in page.ids
    assert "53.0%" in page.text
    assert "! look" in page.text
    assert "+1.0 -1.0 to +3.0 not distinguishable at this holdout" in page.text
    # 1 point for 186.20 is 5.4 points for a thousand.
    assert "+5.4 -5.4 to +16.1 not distinguishable at this holdout" in page.text
    assert f"{WORTH_KEY}" in page.text
