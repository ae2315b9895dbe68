"""Copies with a few words changed, within a week and of what an earlier week kept."""

import pytest

from flows.process_delivery import process_delivery
from quality.gates.likeness import sketch
from rampart.delivery.errors import NotReadyError
from rampart.ledger.verify_all import verify_all
from simulator.season import Row, Season, contract_text, due, row
from simulator.without_prefect import without_prefect
from tasks import records
from tasks.why import explain, records_named
from tasks.workspace import put_in_force, workspace

STORIES = (
    "Describe how a glacier carves a valley over thousands of years, for pupils of ten who live by the sea",
    "Compare the ways in which bees and ants tell each other where food is, with one experiment about each",
    "Explain to a new colleague why our invoices are numbered without gaps and who may cancel one of them",
    "Write a short letter to a landlord who has not mended the heating although winter began a month ago",
)


def told(week: int, number: int, prompt: str, **changes: str) -> Row:
    """A judgement of a longer question."""
    return row(
        "north", week, number, prompt=f"{prompt}, and say what you are unsure about at the end.", **changes
    )


@pytest.fixture
def compared(season: Season) -> Season:
    """A contract that discards near-duplicates, and a first week of four good records."""
    gates = "gates: {near_duplicates: discard, near_duplicate_similarity: 0.8, "
    with workspace() as place:
        text = contract_text().replace("gates: {", gates)
        put_in_force(text.encode(), "north.odcs.yaml", place, due(0))
    season.deliver(1, [told(1, number, prompt) for number, prompt in enumerate(STORIES)])
    judge(1)
    return season


def judge(week: int) -> None:
    with without_prefect():
        process_delivery("dc-north", week, due(week))


def again(season: Season) -> None:
    """A second week: the first's question with two words changed, beside a new one and its own copy."""
    old = STORIES[0].replace("thousands", "millions").replace("pupils", "children")
    new = "List what a small bakery must check each morning before the first customers come in at six"
    kept = told(2, 0, old, id="sold-again")
    rows = [kept, told(2, 2, new), told(2, 4, new.replace("small", "tiny"), id="beside")]
    answers = {name: rows[1][name] for name in ("a", "b")}
    season.deliver(2, [rows[0], rows[1], {**rows[2], **answers}])
    judge(2)


def test_what_an_earlier_week_kept_is_not_bought_again_with_a_few_words_changed(compared: Season) -> None:
    again(compared)
    with workspace() as place:
        (old,), (beside,) = (records_named(place, name) for name in ("sold-again", "beside"))
        assert (old.reasons, beside.reasons) == (("near_duplicate",), ("near_duplicate",))
        (first,) = (twin for name, twin in explain(place, old).twins.items() if name == "near_duplicate")
        assert (first.contract_id, first.week, first.record_id, first.line) == ("dc-north", 1, "north-1-0", 1)
        (second,) = (twin for name, twin in explain(place, beside).twins.items() if name == "near_duplicate")
        assert (second.week, second.record_id, second.line) == (2, "north-2-2", 2)
        assert records_named(place, "north-2-2")[0].fate == "accepted"
        assert not verify_all(place.books, place.store).violations


def test_sketches_made_in_another_way_are_not_compared(
    compared: Season, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(records, "SKETCH_VERSION", sketch.SKETCH_VERSION + 1)
    with pytest.raises(
        NotReadyError, match="these sketches are of version 2, and version 3 cannot be compared"
    ):
        again(compared)
