"""The ramp as an operator reads it."""

import json

import pytest

from flows.weekly import weekly
from rampart.cli.exits import Exit
from simulator.season import Season, due, week_rows
from simulator.without_prefect import without_prefect
from tests.cli.conftest import Rampart
from tests.flows.test_ramp import agree


@pytest.fixture
def two_weeks(season: Season) -> Season:
    """A season whose decision week is over, and one week to come."""
    agree()
    with without_prefect():
        for week in (1, 2):
            season.deliver(week, week_rows("north", week))
            weekly(due(week))
    return season


@pytest.mark.usefixtures("two_weeks")
def test_a_contract_s_ramp_shows_weeks_forecast_and_the_call_in_the_books(rampart: Rampart) -> None:
    shown = rampart("ramp", "dc-north")
    assert shown.code == Exit.OK
    said = " ".join(shown.out.split())
    for words in (
        "after week 2 of 3",
        "2 ◂ go? │ calibration │ accepted │ 40 │ 40 │ 4 │ 10.0%",
        "3 │ production │ to come │ 40",
        "too_fast",
        "No record names a domain.",
        "Contracted: 68 accepted units; so far 72. P(accepted >= contracted) = 1.00.",
        "GO by what is known now.",
        "In the books after week 2, 2026-01-19: GO.",
    ):
        assert words in said, words


@pytest.mark.usefixtures("two_weeks")
def test_without_a_contract_each_has_a_line(rampart: Rampart) -> None:
    shown = " ".join(rampart("ramp").out.split())
    assert "dc-north │ 2 of 3 │ 10.0%" in shown
    assert "│ GO" in shown


@pytest.mark.usefixtures("two_weeks")
def test_as_json_every_answer_has_its_clause_and_the_rows_behind_it(rampart: Rampart) -> None:
    told = json.loads(rampart("ramp", "dc-north", "--json").out)
    assert told["outlook"]["found"]["forecast"]["contracted"] == 68
    assert told["weeks"][0]["judged"]["verdict"]["spec"]["clause"] == (
        "ramp.phases.calibration.discard_ceiling"
    )
    for name in ("sequence", "annotators", "outlook"):
        assert told[name]["clause"]
        assert all(rows["key"].startswith("batches/dc-north/week-0") for rows in told[name]["rows"])
    assert [one["call"] for one in told["decisions"]] == ["go"]
    assert [one["contract_id"] for one in json.loads(rampart("ramp", "--json").out)] == ["dc-north"]


@pytest.mark.usefixtures("two_weeks")
def test_seen_as_of_an_earlier_day_the_later_week_is_to_come(rampart: Rampart) -> None:
    told = json.loads(rampart("ramp", "dc-north", "--as-of", "2026-01-14", "--json").out)
    assert told["after"] == 1
    assert told["decisions"] == []  # the call came with the second week


def test_a_contract_that_is_not_on_the_books_and_empty_books_are_said_so(rampart: Rampart) -> None:
    assert rampart("ramp").code == Exit.LEDGER
    ended = rampart("ramp", "dc-none")
    assert (ended.code, "no contract 'dc-none' on the books" in ended.err) == (Exit.LEDGER, True)
