"""Unit kinds, late days, rejected weeks and re-work, from the files a vendor delivers to the books."""

import os
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from flows.backfill import backfill
from flows.process_delivery import process_delivery
from rampart.ledger.read import statement
from rampart.ledger.verify_all import verify_all
from rampart.ledger.verify_money import verify_money
from simulator.season import Season, contract_text, due, week_rows
from tasks.workspace import Workspace, put_in_force, workspace

CONTRACT = "dc-north"


@pytest.fixture
def season(plain: Season) -> Season:
    """A home in which flows run as plain functions."""
    return plain


@pytest.fixture
def place(season: Season) -> Iterator[Workspace]:  # noqa: ARG001 (its settings are in force)
    with workspace() as opened:
        yield opened


def agree(place: Workspace, *, ramp: str = "", more: str = "", **changes: Any) -> None:
    """The small contract with more terms: `ramp` in its group, `more` beside it."""
    text = contract_text(**changes).replace("        phases:\n", f"{ramp}        phases:\n")
    text = text.replace("      annotation:\n", f"{more}      annotation:\n")
    text = text.replace("          label: label\n", "          label: label\n          unit_kind: kind\n")
    put_in_force(text.encode(), "north.odcs.yaml", place, due(1) - timedelta(days=7))


def lines(season: Season, revision: int = 1, week: int = 1) -> list[tuple[str, int, str]]:
    """Kind, units and amount of a judgement's lines."""
    (batch,) = (
        b for b in season.export()["batches"] if (b["week"], b["revision"]) == (week, revision) and b["money"]
    )
    return [(one["kind"], one["units"], f"{Decimal(one['amount_minor']) / 100}") for one in batch["money"]]


def test_units_are_counted_by_kind_when_the_batch_is_settled(place: Workspace, season: Season) -> None:
    agree(place, ceiling="0.3, prices: {long: 0.50, short: 0.10}")
    kinds = ["long", "short", "other", None]
    rows = [{**row, "kind": kinds[n % 4]} for n, row in enumerate(week_rows("north", 1))]
    season.deliver(1, rows)
    process_delivery(CONTRACT, 1, due(1))
    # Four were clicked through, one of each kind.
    assert lines(season) == [
        ("accepted_units", 18, "6.3"),
        ("accepted_units", 9, "4.5"),
        ("accepted_units", 9, "0.9"),
        ("discarded_units", 2, "-0.7"),
        ("discarded_units", 1, "-0.5"),
        ("discarded_units", 1, "-0.1"),
    ]
    assert verify_all(place.books, place.store).violations == ()
    told = statement(place.books, CONTRACT).total
    assert (told.billed, told.payable, told.withheld) == (Decimal("13.00"), Decimal("11.70"), Decimal("1.30"))


def test_money_that_does_not_follow_from_counts_and_terms_is_found(place: Workspace, season: Season) -> None:
    agree(place, ramp="        credits: {short_unit: 0.5}\n")
    season.deliver(1, week_rows("north", 1)[:30])
    process_delivery(CONTRACT, 1, due(1))
    assert verify_money(place.books, place.store) == ()
    with place.books.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE batch_money SET units = 4, amount_minor = -200 WHERE kind = 'credit_short'"
        )
    found = [str(one) for one in verify_money(place.books, place.store)]
    assert found == [
        "invariant 5, dc-north week 1 revision 1: credit_short 4 x 0.5 = -2.00 (ramp.credits.short_unit) is "
        "booked, but the terms do not give it",
        "invariant 5, dc-north week 1 revision 1: the terms give credit_short 6 x 0.5 = -3.00 "
        "(ramp.credits.short_unit), which is not booked",
    ]


def test_a_kind_that_was_counted_wrongly_is_found_in_the_rows(place: Workspace, season: Season) -> None:
    agree(place, ceiling="0.3, prices: {long: 0.35}")
    season.deliver(1, [{**row, "kind": "long"} for row in week_rows("north", 1)])
    process_delivery(CONTRACT, 1, due(1))
    with place.books.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE batch_money SET units = 35, amount_minor = 1225 WHERE clause LIKE '%prices.long' "
            "AND kind = 'accepted_units'"
        )
    found = [one.problem for one in verify_money(place.books, place.store)]
    assert "36 accepted rows are of kind 'long', but 35 are priced so" in found


def test_a_late_week_is_credited_by_the_day_from_its_first_arrival(place: Workspace, season: Season) -> None:
    agree(place, ramp="        credits: {late_day: 0.1}\n")
    season.deliver(1)
    folder = season.drop / "north" / "week-01"
    came = (due(1) + timedelta(hours=30)).timestamp()
    for file in folder.iterdir():
        os.utime(file, (came, came))
    process_delivery(CONTRACT, 1, due(1) + timedelta(days=6))  # the round was later than the vendor
    assert lines(season) == [("accepted_units", 36, "12.6"), ("credit_late", 2, "-2.52")]
    assert [one["arrived"] for one in season.events("batch.received")] == ["2026-01-13T15:00:00.000000Z"]
    redelivered = season.events("batch.received")[0]["delivery_id"]
    season.deliver(1, week_rows("north", 1, hasty=0), replaces=redelivered)
    process_delivery(CONTRACT, 1, due(3))
    assert lines(season, revision=2)[1] == ("credit_late", 2, "-2.8")
    assert verify_all(place.books, place.store).violations == ()


def test_a_week_that_came_in_time_is_not_late_however_late_it_is_judged(
    place: Workspace, season: Season
) -> None:
    agree(place, ramp="        credits: {late_day: 0.1}\n")
    season.deliver(1)
    for file in (season.drop / "north" / "week-01").iterdir():
        os.utime(file, (due(1).timestamp(), due(1).timestamp()))
    process_delivery(CONTRACT, 1, due(2))
    assert lines(season) == [("accepted_units", 36, "12.6")]


def test_free_re_work_is_accepted_and_not_paid(place: Workspace, season: Season) -> None:
    agree(place, more="      redelivery: {price: free}\n")
    first = season.deliver(1)
    process_delivery(CONTRACT, 1, due(1))
    season.deliver(1, week_rows("north", 1, hasty=1), replaces=first)
    process_delivery(CONTRACT, 1, due(2))
    assert lines(season, revision=2) == [("accepted_units", 39, "13.65"), ("free_rework", 3, "-1.05")]
    backfill(CONTRACT, 1, 1, due(3))
    assert verify_all(place.books, place.store).violations == ()
    assert statement(place.books, CONTRACT).total.withheld == Decimal("1.40")


def test_a_rejected_week_costs_the_vendor_what_the_terms_say(place: Workspace, season: Season) -> None:
    agree(place, ramp="        credits: {rejected_unit: 0.05}\n", on_breach="reject", ceiling=0.05)
    season.deliver(1, week_rows("north", 1, hasty=20))
    process_delivery(CONTRACT, 1, due(1))
    told = statement(place.books, CONTRACT)
    assert told.weeks[0].state == "rejected"
    assert (told.spent, told.total.credits, told.total.withheld, told.total.billed) == (
        Decimal("-2.00"),
        Decimal("2.00"),
        Decimal("14.00"),
        Decimal("14.00"),
    )
    assert verify_all(place.books, place.store).violations == ()
