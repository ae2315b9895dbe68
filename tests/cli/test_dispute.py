"""A dispute as an operator takes it in, rules on it and lists it."""

import json
from pathlib import Path

import pytest

from flows.weekly import weekly
from rampart.cli.exits import Exit
from simulator.season import Season, due
from simulator.without_prefect import without_prefect
from tests.cli.conftest import Rampart


@pytest.fixture
def judged(season: Season) -> Season:
    """A season of one judged week, four of whose records were discarded."""
    season.agree()
    season.deliver(1)
    with without_prefect():
        weekly(due(1))
    return season


@pytest.fixture
def contested(tmp_path: Path) -> Path:
    """A vendor's file about one discard."""
    path = tmp_path / "north-week-01.jsonl"
    path.write_text(json.dumps({"record_id": "north-1-0", "claim": "it is right"}) + "\n")
    return path


@pytest.mark.usefixtures("flows_can_run")
def test_a_dispute_is_taken_in_ruled_on_listed_and_judged(
    rampart: Rampart, judged: Season, contested: Path
) -> None:
    assert "nothing is contested" in rampart("dispute", "list", "dc-north").out
    taken = rampart("dispute", "open", "dc-north", 1, contested, "--as-of", due(1))
    assert (taken.code, "it contests 1 of the discards" in taken.out) == (Exit.OK, True)
    assert "dc-north week 1, 1 of its discards" in rampart("status").out
    name = taken.out.split("dispute rule dc-north 1 ")[1].split()[0]
    assert "open" in rampart("dispute", "list", "dc-north").out
    waiting = rampart("dispute", "list", "--as-of", due(1)).out
    assert all(word in waiting for word in ("dc-north", "2026-01-12 (0 d)", "2026-01-23"))
    assert "overdue by" in " ".join(rampart("status").out.split())
    seen = rampart("dispute", "show", "dc-north", 1, name).out
    assert all(word in seen for word in ("north-1-0", "too_fast", "it is right"))
    assert (
        json.loads(rampart("dispute", "show", "dc-north", 1, name, "--json").out)[0]["claim"] == "it is right"
    )
    ruled = rampart("dispute", "rule", "dc-north", 1, name, "reinstate", "--by", "Ada", "--reason", "[seen]")
    assert (ruled.code, "were reinstated by Ada" in ruled.out) == (Exit.OK, True)
    assert "judged anew: dc-north week 1: accepted" in rampart("reconcile", "--as-of", due(1)).out
    assert "A ruling stands" in rampart("dispute", "open", "dc-north", 1, contested, "--as-of", due(1)).out
    assert "Nothing waits for an answer" in rampart("dispute", "list").out
    listed = rampart("dispute", "list", "dc-north").out
    assert all(word in listed for word in (name, "reinstated", "Ada", "[seen]"))
    assert judged.batches()[:2] == [("dc-north", 1, 1, "superseded"), ("dc-north", 1, 2, "accepted")]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("open", "dc-north", 1, "FILE", "--as-of", due(1)), Exit.REFUSED, "no discarded record has the id"),
        (("open", "dc-north", 3, "FILE"), Exit.LEDGER, "week 3 is not on the books"),
        (("list", "dc-nobody"), Exit.LEDGER, "no contract 'dc-nobody' on the books"),
        (("show", "dc-north", 1, "5f2c"), Exit.LEDGER, "no dispute"),
        (("open", "dc-nobody", 1, "FILE"), Exit.LEDGER, "is not on the books"),
        (("open", "dc-north", 1, "missing.jsonl"), Exit.USAGE, "does not exist"),
        (
            ("rule", "dc-north", 1, "5f2c", "uphold", "--by", "Ada", "--reason", "x"),
            Exit.LEDGER,
            "no dispute",
        ),
        (("rule", "dc-north", 1, "5f2c", "forget", "--by", "Ada", "--reason", "x"), Exit.USAGE, "forget"),
    ],
)
def test_what_cannot_be_contested_ends_with_a_sentence(  # noqa: PLR0917 (fixtures and one case)
    rampart: Rampart, judged: Season, contested: Path, words: tuple[object, ...], code: Exit, said: str
) -> None:
    contested.write_text(json.dumps({"record_id": "\x1b[31mnobody", "claim": "c"}))
    before = judged.export()
    ended = rampart("dispute", *(contested if word == "FILE" else word for word in words))
    assert (ended.code, said in " ".join(ended.err.split())) == (code, True), ended
    assert "\x1b[31mnobody" not in ended.err
    assert judged.export() == before
