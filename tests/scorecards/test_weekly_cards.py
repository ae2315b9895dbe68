"""The weekly round makes the scorecard, and what people found in a sample is in it."""

import csv
import io
from collections.abc import Iterator
from datetime import timedelta

import pytest

from quality.scorecard.figure import Figure
from rampart.ledger.scorecards import latest_scorecard, scorecard_is_behind
from simulator.season import Season, due
from simulator.without_prefect import without_prefect
from tasks.evidence import resolve
from tasks.review import Wanted, draw_review
from tasks.review_reading import read_review
from tasks.scorecard import card_of
from tasks.workspace import Workspace

CONTRACT = "dc-north"
LATER = due(3) + timedelta(days=3)


@pytest.fixture(autouse=True)
def alone() -> Iterator[None]:
    with without_prefect():
        yield


def reviewed(place: Workspace, week: int, defects: int) -> None:
    """Somebody looks at all accepted records of the week, and calls the first few defective."""
    lot = next(one for one in card_weeks(place) if one["week"] == week)["accepted"]
    drawn = draw_review(place, CONTRACT, week, Wanted(size=lot), LATER)
    rows = list(csv.DictReader(io.StringIO(drawn.sheet.decode("utf-8-sig"), newline="")))
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows({**row, "verdict": "defect" if at < defects else "ok"} for at, row in enumerate(rows))
    read_review(place, text.getvalue().encode(), "s.csv", "Ann", LATER)


def card_weeks(place: Workspace) -> list[dict[str, int]]:
    found = next(
        one
        for one in card_of(place, "small").figures
        if (one.name, one.contract_id) == ("first_pass_yield", CONTRACT)
    )
    return [
        {"week": at, "accepted": sum(row["accepted"] for row in resolve(place, address))}
        for at, address in enumerate(found.evidence, 1)
    ]


def defect_rate(place: Workspace, contract_id: str = CONTRACT) -> Figure:
    figures = card_of(place, "small").figures
    return next(one for one in figures if (one.name, one.contract_id) == ("defect_rate", contract_id))


def test_the_round_has_made_the_scorecard_and_the_next_one_makes_no_other(
    place: Workspace, season: Season
) -> None:
    from flows.weekly import weekly  # noqa: PLC0415 (Prefect reads its environment when it is imported)

    made = latest_scorecard(place.books, "small")
    assert made is not None and place.store.exists(made[0])
    assert not scorecard_is_behind(place.books, "small")
    before = season.export()
    weekly(due(3) + timedelta(days=2))
    assert season.export() == before


def test_what_people_found_in_the_accepted_records_is_on_the_card_with_its_rows(place: Workspace) -> None:
    assert defect_rate(place).lacks == "review"
    reviewed(place, 1, defects=4)
    reviewed(place, 2, defects=1)
    assert scorecard_is_behind(place.books, "small")
    found = defect_rate(place)
    rows = [row for address in found.evidence for row in resolve(place, address)]
    assert len(found.evidence) == 2
    assert found.n == len(rows) == sum(one["accepted"] for one in card_weeks(place)[:2])
    assert found.value == pytest.approx(sum(row["verdict"] == "defect" for row in rows) / len(rows))
    assert sum(row["verdict"] == "defect" for row in rows) == 5
    assert not {"prompt", "responses", "note"} & {name for row in rows for name in row}
    assert defect_rate(place, "dc-south").lacks == "review"


def test_two_reviewed_vendors_can_be_compared(place: Workspace) -> None:
    reviewed(place, 1, defects=4)
    differences = [one for one in card_of(place, "small").differences if one.name == "defect_rate"]
    assert {one.standing for one in differences} == {"not_testable"}
