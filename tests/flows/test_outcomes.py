"""Every situation of docs/deliveries.md, walked: what is said and what state it leads to."""

import os
import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from flows.outcome import Outcome
from flows.process_delivery import process_delivery
from flows.weekly import weekly
from rampart.ledger.verify import verify_books
from rampart.ledger.verify_store import verify_store
from simulator.season import START, Season, contract_text, due, week_rows
from simulator.without_prefect import without_prefect
from tasks.workspace import put_in_force, workspace
from tests.docs.pages import ROOT, code, table

ROWS = {
    code(case): (said, code(state))
    for case, _, said, state, _ in table(
        ROOT / "docs" / "deliveries.md", "case", "situation", "what is said", "state", "what to do"
    )
}
HOUR = timedelta(hours=1)
Walk = Callable[[Season], tuple[str, str]]
WALKS: dict[str, Walk] = {}


def case(walk: Walk) -> Walk:
    """The walk of the case its name gives."""
    WALKS[walk.__name__.removeprefix("_").replace("_", "-")] = walk
    return walk


@pytest.fixture
def season(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Season]:
    monkeypatch.setenv("RAMPART_HOME", str(tmp_path))
    with without_prefect():
        yield Season(tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("name", ROWS)
def test_a_situation_has_the_outcome_the_page_gives(name: str, season: Season) -> None:
    said, state = WALKS[name](season)
    expected, expected_state = ROWS[name]
    assert state == expected_state
    if expected == "nothing":
        assert not said
    else:
        pattern = ".*".join(re.escape(part) for part in code(expected).split("…"))
        assert re.search(pattern, said), said
    with workspace() as place:
        assert verify_books(place.books) == ()
        assert verify_store(place.books, place.store) == ()


def test_every_walk_is_a_row_of_the_page() -> None:
    assert list(WALKS) == list(ROWS)


def judge(week: int = 1, at: datetime | None = None, redelivery: bool = False) -> tuple[str, str]:
    outcome = process_delivery("dc-north", week, at or due(week), redelivery=redelivery)
    return outcome.reason, outcome.state


def agree(*terms: str, path: str = "rows.jsonl") -> None:
    """A contract with terms added to its `delivery`."""
    added = "".join(f"        {term}\n" for term in terms)
    text = (
        contract_text()
        .replace("      delivery:\n", f"      delivery:\n{added}")
        .replace("rows.jsonl", f"'{path}'")
    )
    with workspace() as place:
        put_in_force(text.encode(), "north.odcs.yaml", place, START)


def folder(season: Season, week: int = 1) -> Path:
    return season.drop / "north" / f"week-{week:02d}"


def unlisted(season: Season, *, hasty: int = 4, at: datetime | None = None) -> Path:
    """A delivery without a manifest, last changed at `at`."""
    season.deliver(1, week_rows("north", 1, hasty=hasty))
    (folder(season) / "manifest.json").unlink()
    return changed(folder(season) / "rows.jsonl", at or due(1) - HOUR)


def changed(path: Path, at: datetime) -> Path:
    path.touch()
    os.utime(path, (at.timestamp(), at.timestamp()))
    return path


def one(outcomes: tuple[Outcome, ...]) -> tuple[str, str]:
    (outcome,) = outcomes
    return outcome.reason, outcome.state


@case
def _nothing(season: Season) -> tuple[str, str]:
    season.agree()
    return judge()


@case
def _incomplete(season: Season) -> tuple[str, str]:
    season.agree()
    unlisted(season)
    return judge()


@case
def _no_marker(season: Season) -> tuple[str, str]:
    agree("manifest: none", "complete: {marker: _SUCCESS}")
    unlisted(season)
    first = judge()
    changed(folder(season) / "_SUCCESS", due(1))
    assert judge()[1] == "accepted"
    return first


@case
def _not_quiet(season: Season) -> tuple[str, str]:
    agree("manifest: none", "complete: {quiet_minutes: 30}")
    unlisted(season, at=due(1) - timedelta(minutes=10))
    assert weekly(due(1) - timedelta(minutes=1)) == ()
    first = one(weekly(due(1)))
    assert judge(at=due(1) + timedelta(minutes=19))[1] == "absent"
    assert judge(at=due(1) + timedelta(minutes=20))[1] == "accepted"
    return first


@case
def _changed_after_marker(season: Season) -> tuple[str, str]:
    agree("manifest: none", "complete: {marker: _SUCCESS}")
    unlisted(season)
    changed(folder(season) / "_SUCCESS", due(1) - 2 * HOUR)
    return judge()


@case
def _late(season: Season) -> tuple[str, str]:
    season.agree()
    said, state = one(weekly(due(1) + HOUR))
    assert state == "absent"
    return said, season.batches()[0][3]


@case
def _late_arrival(season: Season) -> tuple[str, str]:
    _late(season)
    season.deliver(1)
    return one(weekly(due(1) + 2 * HOUR))


@case
def _early(season: Season) -> tuple[str, str]:
    season.agree()
    season.deliver(1)
    return one(weekly(START + HOUR))


@case
def _before_its_week(season: Season) -> tuple[str, str]:
    season.agree()
    season.deliver(2)
    assert weekly(START + HOUR) == ()
    assert [(o.week, o.state) for o in weekly(due(1))] == [(1, "absent"), (2, "accepted")]
    return "", "not looked at"


@case
def _out_of_order(season: Season) -> tuple[str, str]:
    season.agree()
    season.deliver(3)
    assert judge(3)[1] == "accepted"
    season.deliver(2)
    return judge(2, due(3))


@case
def _extra_file(season: Season) -> tuple[str, str]:
    season.agree()
    season.deliver(1)
    (folder(season) / "extra.jsonl").write_bytes(b"{}\n")
    return judge()


@case
def _unread_file(season: Season) -> tuple[str, str]:
    agree("manifest: none")
    unlisted(season)
    (folder(season) / "README.txt").write_text("hello")
    return judge()


@case
def _renamed(season: Season) -> tuple[str, str]:
    season.agree()
    season.deliver(1)
    (folder(season) / "rows.jsonl").rename(folder(season) / "other.jsonl")
    return judge()


@case
def _unknown_name(season: Season) -> tuple[str, str]:
    season.agree()
    season.deliver(1)
    manifest = folder(season) / "manifest.json"
    listed = (
        '{"name": "other.jsonl", "bytes": 0, "sha256": "'
        + "e3b0c442"
        + "98fc1c149afbf4c8996fb924"
        + ("27ae41e4649b934ca495991b7852b855" + '"}, ')
    )
    manifest.write_text(manifest.read_text().replace('"files": [', f'"files": [{listed}'))
    (folder(season) / "other.jsonl").touch()
    return judge()


@case
def _cut_off(season: Season) -> tuple[str, str]:
    season.agree()
    season.deliver(1)
    (folder(season) / "rows.jsonl").write_bytes(b"0123456789")
    return judge()


@case
def _changed_after_manifest(season: Season) -> tuple[str, str]:
    season.agree()
    season.deliver(1)
    rows = folder(season) / "rows.jsonl"
    rows.write_bytes(rows.read_bytes().replace(b"answer", b"ANSWER"))
    return judge()


@case
def _other_rows(season: Season) -> tuple[str, str]:
    season.agree()
    season.deliver(1, listed={"rows": 41})
    return judge()


@case
def _another_contract(season: Season) -> tuple[str, str]:
    season.agree()
    season.deliver(1, vendor="south")
    (season.drop / "south").rename(season.drop / "north")
    return judge()


@case
def _another_week(season: Season) -> tuple[str, str]:
    season.agree()
    season.deliver(2)
    folder(season, 2).rename(folder(season))
    return judge()


@case
def _no_files(season: Season) -> tuple[str, str]:
    season.agree()
    season.deliver(1)
    manifest = folder(season) / "manifest.json"
    manifest.write_text(re.sub(r'"files": .*', '"files": []}', manifest.read_text()))
    return judge()


@case
def _empty(season: Season) -> tuple[str, str]:
    season.agree()
    season.deliver(1, b"")
    return judge()


@case
def _empty_beside_full(season: Season) -> tuple[str, str]:
    agree("manifest: none", path="*.jsonl")
    unlisted(season)
    (folder(season) / "none.jsonl").touch()
    return judge()


@case
def _re_sent(season: Season) -> tuple[str, str]:
    season.agree()
    season.deliver(1)
    judge()
    assert weekly(due(1) + HOUR) == ()
    before = season.export(), season.stored()
    season.deliver(1)
    assert weekly(due(1) + HOUR) == ()
    again = judge(at=due(1) + HOUR)
    assert (season.export(), season.stored()) == before
    return again


@case
def _re_sent_renamed(season: Season) -> tuple[str, str]:
    agree(path="*.jsonl")
    season.deliver(1)
    judge()
    before = season.export(), season.stored()
    season.deliver(1, listed={"name": "other.jsonl"})
    (folder(season) / "rows.jsonl").rename(folder(season) / "other.jsonl")
    again = judge(at=due(1) + HOUR)
    assert (season.export(), season.stored()) == before
    return again


@case
def _redelivery(season: Season) -> tuple[str, str]:
    season.agree()
    first = season.deliver(1)
    judge()
    season.deliver(1, week_rows("north", 1, hasty=0), replaces=first)
    again = one(weekly(due(1) + HOUR))
    states = [(revision, state) for _, week, revision, state in season.batches() if week == 1]
    assert states == [(1, "superseded"), (2, "accepted")]
    return again


@case
def _conflict(season: Season) -> tuple[str, str]:
    season.agree()
    season.deliver(1)
    judge()
    season.deliver(1, week_rows("north", 1, hasty=0))
    return one(weekly(due(1) + HOUR))


@case
def _conflict_without_manifest(season: Season) -> tuple[str, str]:
    agree("manifest: none")
    unlisted(season)
    judge()
    assert weekly(due(1) + HOUR) == ()
    unlisted(season, hasty=0, at=due(1) + HOUR)
    return one(weekly(due(1) + 2 * HOUR))


@case
def _redelivery_by_hand(season: Season) -> tuple[str, str]:
    _conflict_without_manifest(season)
    return judge(at=due(1) + 3 * HOUR, redelivery=True)


@case
def _two_redeliveries(season: Season) -> tuple[str, str]:
    season.agree()
    first = season.deliver(1)
    judge()
    season.deliver(1, week_rows("north", 1, hasty=0), replaces=first)
    assert judge()[1] == "accepted"
    season.deliver(1, week_rows("north", 1, hasty=1), replaces=first)
    return one(weekly(due(1) + HOUR))


@case
def _unknown_predecessor(season: Season) -> tuple[str, str]:
    season.agree()
    season.deliver(1)
    judge()
    season.deliver(1, week_rows("north", 1, hasty=0), replaces="a" * 64)
    return one(weekly(due(1) + HOUR))


@case
def _first_names_a_predecessor(season: Season) -> tuple[str, str]:
    season.agree()
    season.deliver(1, replaces="a" * 64)
    return judge()
