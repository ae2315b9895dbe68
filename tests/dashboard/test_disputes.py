"""The review queue as a page: who waits for what, with the record's reasons beside the vendor's words."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from dashboard.pages.disputes import MOST_SHOWN, disputes_page
from flows.weekly import weekly
from rampart.delivery.local_store import LocalStore
from simulator.season import Season, due, week_rows
from simulator.without_prefect import without_prefect
from tasks.dispute import rule, take_dispute
from tasks.workspace import Workspace, workspace
from tests.dashboard.conftest import browser

SAID = '<script>alert("x")</script> it is right'


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    """Two judged weeks of one vendor, with thirty discards each."""
    monkeypatch.setenv("RAMPART_HOME", str(tmp_path))
    season = Season(tmp_path)
    with without_prefect():
        season.agree(ceiling=0.9)
        for week in (1, 2):
            season.deliver(week, week_rows("north", week, hasty=30))
            weekly(due(week))
    with workspace() as opened:
        yield opened


def contest(place: Workspace, week: int, records: int) -> str:
    lines = [{"record_id": f"north-{week}-{n}", "claim": SAID} for n in range(records)]
    data = "\n".join(map(json.dumps, lines)).encode()
    at = due(week) + timedelta(hours=1)
    return take_dispute(place, "dc-north", week, data, "d.jsonl", at).dispute_id


def shown(place: Workspace) -> httpx.Response:
    return browser(place.books, place.store.get)("/disputes")


def test_nothing_contested_is_said_so(place: Workspace) -> None:
    assert "Nothing waits for a ruling." in shown(place).text


def test_each_record_stands_with_its_reasons_and_the_vendor_s_words_inert(place: Workspace) -> None:
    contest(place, 1, 2)
    page = shown(place)
    assert page.status_code == 200
    for words in ("dc-north week 1", "2 discards contested", "north-1-0", "<code>too_fast</code>"):
        assert words in page.text
    assert "&lt;script&gt;" in page.text
    assert "<script>" not in page.text


def test_the_most_urgent_stand_first_and_overdue_ones_say_so(place: Workspace) -> None:
    second, first = contest(place, 2, 1), contest(place, 1, 1)
    answer_by = due(1) + timedelta(days=11)
    found = disputes_page(place.books, place.store.get, answer_by).waiting
    assert [one.dispute.dispute_id for one in found] == [first, second]
    assert [(one.overdue, one.age_days) for one in found] == [(True, 10), (False, 3)]
    assert "overdue by 1 day" in found[0].answer


def test_of_many_records_the_first_are_shown_and_the_others_counted(place: Workspace) -> None:
    contest(place, 1, MOST_SHOWN + 3)
    assert "And 3 more" in shown(place).text


def test_a_ruling_moves_a_dispute_out_of_the_queue(place: Workspace) -> None:
    name = contest(place, 1, 1)
    rule(place, "dc-north", 1, name, "upheld", "A. <Lead>", "guideline 3.2", due(2))
    page = shown(place).text
    assert "Nothing waits for a ruling." in page
    assert "A. &lt;Lead&gt;" in page
    assert "discards upheld" in page


def test_a_vendor_s_file_that_is_gone_is_a_sentence_and_no_broken_page(place: Workspace) -> None:
    contest(place, 1, 1)
    assert isinstance(place.store, LocalStore)
    (found,) = disputes_page(place.books, place.store.get).waiting
    place.store.delete(found.dispute.object_key)
    page = shown(place)
    assert (page.status_code, found.dispute.object_key in page.text) == (200, True)
