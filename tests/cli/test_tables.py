"""Tables of the books: what a tired reader adds up in them must be right."""

from datetime import UTC, datetime
from decimal import Decimal
from io import StringIO

from rich.console import Console

from rampart.cli.tables import discard_table
from rampart.ledger.outcome import ReasonCount
from rampart.ledger.read import RampRow


def week(contract: str, number: int, **first: int) -> RampRow:
    """A judged week whose records were discarded for `first`, by reason."""
    lost = sum(first.values())
    return RampRow(
        vendor=contract.title(),
        program="p",
        contract_id=contract,
        week=number,
        phase="ramp",
        due=datetime(2026, 1, number, tzinfo=UTC),
        planned=100,
        revision=1,
        state="accepted",
        judging=None,
        delivered=100,
        accepted=100 - lost,
        discarded=lost,
        quarantined=0,
        discard_rate=lost / 100,
        low=None,
        high=None,
        ceiling=0.5,
        state_reason="",
        payable=Decimal(0),
        credited=Decimal(0),
        currency="USD",
        reasons=tuple(ReasonCount(code, count, count) for code, count in first.items()),
    )


def told(*rows: RampRow) -> list[list[str]]:
    """The cells of the table, line by line."""
    console = Console(width=200, record=True, file=StringIO())
    console.print(discard_table(rows))
    lines = console.export_text().splitlines()
    return [[cell.strip() for cell in line.strip("│").split("│")] for line in lines if line.startswith("│")]


def test_a_reason_is_a_line_a_week_a_column_and_both_add_up() -> None:
    found = told(
        week("alder", 1, too_fast=3, empty_response=2),
        week("alder", 2, too_fast=1),
        week("cedar", 2, outside_week=7),
    )
    assert found == [
        ["Alder", "empty response", "2", "·", "2"],
        ["Alder", "too fast", "3", "1", "4"],
        ["Alder", "all", "5", "1", "6"],
        ["Cedar", "outside week", "·", "7", "7"],
        ["Cedar", "all", "·", "7", "7"],
    ]
