from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from contracts.load import load_contract, parse_contract
from contracts.sheets.term_sheet import Line, committed, term_sheet
from tests.contracts.files import GOOD, SPECS, changed

STANDARD = SPECS / "standard" / "six-week-preferences.odcs.yaml"


def lines(data: bytes) -> dict[str, Line]:
    """Clause → its line."""
    sheet = term_sheet(parse_contract(data, "c"))
    return {line.clause: line for _, found in sheet.sections for line in found}


def test_a_week_s_row_has_dates_due_moment_ceiling_and_net_price() -> None:
    data = changed(
        "term: {start: 2026-01-05, weeks: 2}", "term: {start: 2026-01-05, weeks: 2, timezone: Asia/Tokyo}"
    )
    data = data.replace(b"price: 1.25", b"price: 1.25, discount: 0.3, on_breach: reject")
    first, second = term_sheet(parse_contract(data, "c")).weeks
    assert (first.dates, first.due, first.phase) == ("05 Jan-11 Jan", "Mon 12 Jan 09:00", "calibration")
    assert (first.units, first.ceiling, first.price, first.on_breach) == (10, "50 %", "1.00", "pay kept")
    assert (second.ceiling, second.price, second.on_breach) == ("10 %", "0.875", "reject")


def test_what_is_committed_is_the_plan_at_net_prices_to_the_cent() -> None:
    contract = parse_contract(GOOD.replace("price: 1.25", "price: 0.333, discount: 0.5").encode(), "c")
    assert committed(contract) == Decimal("13.33")  # 10 x 1.00 + 20 x 0.1665


def test_a_clause_nothing_judges_is_marked_and_one_that_is_judged_is_not() -> None:
    told = lines(changed("      gates:", "      privacy: {pii: redact}\n      gates:"))
    assert told["privacy.pii"].standing == "recorded"
    assert told["gates.empty_response"].standing == ""
    assert told["rights.evaluate"].standing == ""  # not set: a default is no promise
    forbidden = lines(changed("      gates:", "      privacy: {pii: forbid}\n      gates:"))
    assert forbidden["privacy.pii"].standing == ""


def test_a_credit_is_told_in_words() -> None:
    told = lines(changed("      annotation:", "        credits: {late_day: 0.05}\n      annotation:"))
    assert told["ramp.credits.late_day"].standing == ""
    assert told["ramp.credits.late_day"].says == "5 % for each day late"


def test_the_decision_week_and_what_is_contracted_are_told() -> None:
    assert lines(GOOD.encode())["ramp.decision_week"].says == "after week 1"
    assert "ramp.contracted_units" not in lines(GOOD.encode())
    told = lines(changed("        phases:", "        contracted_units: 25\n        phases:"))
    assert told["ramp.contracted_units"].says == "25 accepted units"


def test_labels_are_told_in_the_vendor_s_words() -> None:
    assert lines(GOOD.encode())["annotation.scheme"].says == "a: left; b: right; tie: tie"


def at(terms: Any, address: str) -> Any:
    """The term at `address`; an error where there is none."""
    for step in address.split("."):
        terms = terms[int(step) if isinstance(terms, list | tuple) or step.isdigit() else step]
    return terms


@pytest.mark.parametrize("path", sorted(SPECS.rglob("*.odcs.yaml")), ids=lambda path: path.name)
def test_every_line_of_a_spec_s_sheet_names_a_term_that_exists(path: Path) -> None:
    contract = load_contract(path)
    terms = contract.model_dump(by_alias=True)
    told = [line for _, found in term_sheet(contract).sections for line in found]
    assert len(told) > 20
    for line in told:
        at(terms, line.clause)


def test_the_standard_contract_s_sheet_tells_its_money() -> None:
    contract = load_contract(STANDARD)
    told = {
        line.what: line.says
        for title, found in term_sheet(contract).sections
        if title == "Money"
        for line in found
    }
    # 2,000 at half, 5,000 at 0.7 and 90,000 at the full price of 5.20
    assert told["committed"] == "491,400.00 USD for 97,000 units"
