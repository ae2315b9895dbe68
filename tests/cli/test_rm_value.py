"""What batches were worth, as an operator reads it."""

import json

import pytest

from flows.weekly import weekly
from rampart.cli.exits import Exit
from simulator.season import Season, due, week_rows
from simulator.without_prefect import without_prefect
from tests.cli.conftest import Rampart


@pytest.fixture
def trained(season: Season) -> Season:
    """Two accepted weeks of a contract that expects a gain after the second."""
    season.agree(amendment="      training: {expected_gain: {by_week: 2, points: 60}}\n")
    with without_prefect():
        for week in (1, 2):
            season.deliver(week, week_rows("north", week, hasty=0))
            weekly(due(week))
    return season


@pytest.mark.usefixtures("trained")
def test_every_figure_has_the_address_behind_it(rampart: Rampart) -> None:
    told = json.loads(rampart("rm", "value", "dc-north", "--json").out)
    assert [week["week"] for week in told["weeks"]] == [1, 2]
    for week in told["weeks"]:
        assert week["evidence"]["figures"] == told["key"]
        assert week["paid"] == "14.00"
    assert told["key"].startswith("models/")
    (gain,) = told["expected_gain"]
    assert (gain["clause"], gain["week"], gain["answer"]) == ("training.expected_gain", 2, "missed")


@pytest.mark.usefixtures("trained")
def test_a_week_names_what_to_look_at_first_or_that_there_is_nothing(rampart: Rampart) -> None:
    shown = " ".join(rampart("rm", "value", "dc-north", "--week", "2").out.split())
    assert "Expected gain (training.expected_gain): missed" in shown
    assert ("Look first at:" in shown) != ("No judgement of it is contradicted" in shown)
    assert rampart("rm", "value", "dc-north", "--week", "3").code == Exit.LEDGER


def test_a_contract_without_a_model_says_so(rampart: Rampart, season: Season) -> None:
    season.agree()
    assert "No reward model was trained on it yet." in rampart("rm", "value", "dc-north").out
    assert rampart("rm", "value", "dc-nobody").code == Exit.LEDGER
