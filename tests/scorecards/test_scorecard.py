import json
from datetime import timedelta
from typing import Any

import pytest

from contracts.model import Contract
from contracts.terms.annotation import Arena, Demonstration
from quality.scorecard.card import Scorecard
from quality.scorecard.figure import Difference, Figure
from rampart.delivery.local_store import LocalStore
from rampart.ledger.errors import UnknownContractError
from rampart.ledger.read import money_rows
from rampart.ledger.scorecards import latest_scorecard
from rampart.ledger.verify_orphans import take_inventory
from simulator.season import Season, due
from tasks.evidence import resolve
from tasks.scorecard import card_of, make_scorecard
from tasks.workspace import Workspace, terms_of
from tests.ledger.deletion.deleting import delete
from tests.scorecards.overlap import ALONE, GOLD, SHARED, WEEKS


@pytest.fixture
def card(place: Workspace) -> Scorecard:
    return card_of(place, "small")


def figure(card: Scorecard, name: str, vendor: str) -> Figure:
    return next(one for one in card.figures if (one.name, one.contract_id) == (name, f"dc-{vendor}"))


def difference(card: Scorecard, name: str) -> Difference:
    return next(one for one in card.differences if one.name == name)


def test_on_the_same_work_the_vendor_that_errs_is_the_lower_one(card: Scorecard) -> None:
    assert figure(card, "gold_shared", "north").value == 1.0
    found = difference(card, "gold_shared")
    assert (found.one, found.standing) == ("dc-north", "higher")
    assert found.n == GOLD * len(WEEKS)
    assert difference(card, "agreement_shared").standing == "higher"
    assert difference(card, "agreement_shared").n == SHARED * len(WEEKS)
    assert difference(card, "agreement_with_others").lacks == "a third vendor"


def test_what_a_vendor_did_alone_is_no_part_of_the_overlap(place: Workspace, card: Scorecard) -> None:
    (address,) = figure(card, "agreement_shared", "south").evidence
    rows = resolve(place, address)
    assert len(rows) == 2 * SHARED * len(WEEKS)
    assert not {f"south-1-{50 + number}" for number in range(ALONE)} & {row["record_id"] for row in rows}
    assert {row["contract_id"] for row in rows} == {"dc-south"}


def test_a_late_week_is_counted_and_named(card: Scorecard) -> None:
    assert "2 of 3 weeks (week 2: late)" in figure(card, "on_time_share", "south").reason
    assert figure(card, "on_time_share", "north").value == 1.0


def test_the_cost_is_that_of_the_books(place: Workspace, card: Scorecard) -> None:
    for row in money_rows(place.books):
        found = next(
            one
            for one in card.figures
            if (one.name, one.contract_id) == ("cost_per_accepted", row.contract_id)
        )
        assert found.value == pytest.approx(float(row.cost_per_accepted or 0), abs=5e-5)
        assert found.n == row.accepted_units


def test_a_scorecard_made_twice_of_the_same_books_is_one(place: Workspace, season: Season) -> None:
    card, key = make_scorecard(place, "small", due(4))
    before = season.export()
    assert make_scorecard(place, "small", due(5)) == (card, key)
    assert season.export() == before
    made = latest_scorecard(place.books, "small")
    assert made == (key, due(3) + timedelta(days=2))  # the round's of week 3 was this one
    told = json.loads(place.store.get(key))
    assert len(told["figures"]) == len(card.figures)
    found = take_inventory(place.books, place.store)
    assert not found.violations
    assert key not in {info.key for info in found.orphans}


ARENA, WRITTEN = Arena(kind="arena"), Demonstration(kind="demonstration")


@pytest.mark.parametrize(
    ("north", "south", "lacks"),
    [
        (None, ARENA, None),  # two sides as well: who won is compared
        (None, WRITTEN, "one label scheme"),
        (WRITTEN, WRITTEN, "a label to agree on"),
    ],
)
def test_labels_are_compared_where_both_say_who_won(
    place: Workspace, monkeypatch: pytest.MonkeyPatch, north: Any, south: Any, lacks: str | None
) -> None:
    def other(digest: str, opened: Workspace) -> Contract:
        terms = terms_of(digest, opened)
        scheme = (north if terms.contract_id == "dc-north" else south) or terms.annotation.scheme
        changed = terms.annotation.model_copy(update={"scheme": scheme})
        return terms.model_copy(update={"annotation": changed})

    monkeypatch.setattr("tasks.shared_work.terms_of", other)
    assert figure(card_of(place, "small"), "agreement_shared", "south").lacks == lacks


def test_work_whose_data_were_deleted_is_left_out_and_what_the_books_say_stays(
    place: Workspace, kept: LocalStore
) -> None:
    before = card_of(place, "small")
    delete(place.books, kept)
    after = card_of(place, "small")
    assert figure(after, "first_pass_yield", "north") == figure(before, "first_pass_yield", "north")
    assert figure(after, "agreement_shared", "north").n == SHARED * (len(WEEKS) - 1)
    assert figure(after, "weeks_without_bias_flag", "north").n == len(WEEKS) - 1
    for found in after.figures:
        for address in found.evidence:
            assert resolve(place, address), address


def test_a_programme_that_is_not_on_the_books_is_refused(place: Workspace) -> None:
    with pytest.raises(UnknownContractError, match="there are: small"):
        card_of(place, "large")
