"""A delivery judged by the vendor's roster: as it was when the delivery was first judged."""

import pytest

from flows.outcome import Outcome
from flows.process_delivery import process_delivery
from rampart.delivery.pseudonyms import pseudonym
from rampart.ledger.batch_rows import current_batch
from rampart.ledger.verify_all import verify_all
from simulator.season import Season, contract_text, due, row
from simulator.without_prefect import without_prefect
from tasks.why import explain, records_named
from tasks.workspace import put_in_force, workspace

ROWS = [row("north", 1, number) for number in range(40)]  # eight judgements each by worker-0 to worker-4


@pytest.fixture
def asking(season: Season) -> Season:
    """A contract that asks for a roster, and a good delivery."""
    people = "{roster: people/roster.csv, off_roster: discard, min_screening_score: 0.8}"
    text = contract_text().replace("      gates:", f"      annotators: {people}\n      gates:")
    with workspace() as place:
        put_in_force(text.encode(), "north.odcs.yaml", place, due(0))
    season.deliver(1, ROWS)
    return season


def list_people(season: Season, *lines: str) -> None:
    folder = season.drop / "north" / "people"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "roster.csv").write_text("\n".join(["annotator_id,screening_score", *lines, ""]))


def judge(*, from_books: bool = False) -> Outcome:
    with without_prefect():
        return process_delivery("dc-north", 1, due(1), from_books=from_books)


def admitted(*workers: int) -> tuple[str, ...]:
    return tuple(f"worker-{number},0.9" for number in workers)


def test_work_of_those_who_are_not_admitted_is_discarded(asking: Season) -> None:
    list_people(asking, *admitted(0, 1, 2), "worker-3,0.79", "somebody-else,1")
    outcome = judge()
    assert (outcome.accepted, outcome.discarded) == (24, 16)
    with workspace() as place:
        (low,), (absent,) = (records_named(place, f"north-1-{number}") for number in (3, 4))
        told = [[g for g in explain(place, one).gates if g.outcome == "found"] for one in (low, absent)]
        assert [gates[0].code for gates in told] == ["not_on_roster"] * 2
        assert told[0][0].seen is not None
        assert told[0][0].seen.endswith("has a screening score of 0.79")
        assert told[0][0].expected == "at least 0.8"
        who = pseudonym(place.pseudonym_key, "north", "worker-4")
        assert told[1][0].seen == f"annotator {who} is not on the roster"
        assert told[1][0].expected == "one of the 5 annotators on the roster"
        assert not verify_all(place.books, place.store).violations
        assert not verify_all(place.books, place.store).orphans
        batch = current_batch(place.books, "dc-north", 1)
        assert batch is not None
        assert b"worker" not in place.store.get(batch.artefacts["roster"])


def test_a_roster_that_changed_since_changes_no_judgement_and_no_replay(asking: Season) -> None:
    list_people(asking, *admitted(0, 1, 2, 3))
    assert judge().accepted == 32
    list_people(asking, *admitted(0))
    assert not judge().changed
    (asking.drop / "north" / "people" / "roster.csv").unlink()
    assert not judge(from_books=True).changed


def test_a_new_delivery_is_judged_by_the_roster_of_its_own_time(asking: Season) -> None:
    list_people(asking, *admitted(0, 1, 2, 3))
    judge()
    first = current_delivery()
    list_people(asking, *admitted(0, 1, 2, 3, 4))
    asking.deliver(1, ROWS[:39], replaces=first)
    assert judge().accepted == 39


def test_a_roster_that_is_missing_or_broken_refuses_the_delivery_until_it_is_there(asking: Season) -> None:
    missing = judge()
    assert missing.state == "refused"
    assert missing.reason.startswith("north/people/roster.csv: the roster of admitted annotators")
    list_people(asking, "worker-0,good")
    broken = judge()
    assert (broken.state, "line 2: screening_score is 'good'" in broken.reason) == ("refused", True)
    assert len(asking.events("delivery.refused")) == 2
    list_people(asking, *admitted(0, 1, 2, 3, 4))
    assert judge().state == "accepted"


def test_a_folder_somebody_points_at_is_judged_by_the_roster_in_the_drop(asking: Season) -> None:
    list_people(asking, *admitted(0, 1, 2, 3, 4))
    moved = asking.home / "elsewhere"
    (asking.drop / "north" / "week-01").rename(moved)
    with without_prefect():
        assert process_delivery("dc-north", 1, due(1), source=str(moved)).accepted == 40


def current_delivery() -> str:
    with workspace() as place:
        batch = current_batch(place.books, "dc-north", 1)
        assert batch is not None
        assert batch.delivery_id is not None
        return batch.delivery_id
