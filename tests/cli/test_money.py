"""The statement as an operator reads it."""

import json

import pytest

from flows.weekly import weekly
from rampart.cli.exits import Exit
from simulator.season import Season, due, week_rows
from simulator.without_prefect import without_prefect
from tests.cli.conftest import Rampart


@pytest.fixture
def held(season: Season) -> Season:
    """One accepted week of 39 units, and one that is held with 28."""
    season.agree(on_breach="hold", ceiling=0.12)
    with without_prefect():
        for week, hasty in ((1, 1), (2, 12)):
            season.deliver(week, week_rows("north", week, hasty))
            weekly(due(week))
    return season


@pytest.mark.usefixtures("held")
def test_every_week_is_billed_payable_credited_and_withheld(rampart: Rampart) -> None:
    (told,) = json.loads(rampart("money", "dc-north", "--json").out)
    shown = ("billed", "payable", "withheld")
    weeks = [(week["state"], *(week["money"][name] for name in shown)) for week in told["weeks"]]
    assert weeks == [
        ("accepted", "14.00", "13.65", "0.35"),
        ("held", "14.00", "0.00", "14.00"),
        ("expected", "0.00", "0.00", "0.00"),
    ]
    sums = [told[name] for name in ("committed", "spent", "at_risk", "to_come")]
    assert sums == ["42.00", "13.65", "9.80", "14.00"]
    assert told["cost_per_accepted"] == "0.3500"
    assert told["weeks"][0]["evidence"] == "dc-north week 1 revision 1"


@pytest.mark.usefixtures("held")
def test_the_table_shows_the_same_for_every_contract(rampart: Rampart) -> None:
    shown = " ".join(rampart("money").out.split())
    assert "committed 42.00, spent 13.65, at risk 9.80, to come 14.00" in shown
    assert "an accepted unit cost 0.3500 USD" in shown


def test_a_contract_that_is_not_there_is_said(rampart: Rampart) -> None:
    assert rampart("money", "dc-nobody").code == Exit.LEDGER
    assert "No contract is on the books" in rampart("money").out
