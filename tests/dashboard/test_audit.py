"""A week's audit report on the dashboard: linked from its week, shown whole, and missed in a sentence."""

import json

import pytest
from sqlalchemy import Engine

from dashboard.links import audit_url
from dashboard.pages.week import week_page
from rampart.delivery.errors import MissingObjectError
from tests.dashboard.books import AUDIT, stored
from tests.dashboard.conftest import Get, browser
from tests.dashboard.markup import Page
from tests.quality.report.batches import told

ALDER, CEDAR = "dc-alder-rm-refresh-2026", "dc-cedar-rm-refresh-2026"


def test_a_week_shows_a_few_figures_and_links_to_the_report_and_back(get: Get) -> None:
    week = Page(get(f"/contracts/{ALDER}/weeks/2").text)
    assert audit_url(ALDER, 2, 1) in week.links
    own = told()["own"]["reason"]
    assert " ".join(own.split()) in " ".join(week.text.split())
    page = Page(get(audit_url(ALDER, 2, 1)).text)
    assert f"/contracts/{ALDER}/weeks/2?revision=1#verdicts" in page.links


def test_the_report_is_shown_whole(get: Get) -> None:
    shown = " ".join(Page(get(audit_url(ALDER, 2, 1)).text).text.split())
    for title in ("To look at first", "How far to trust this report", "The joint model", "People"):
        assert title in shown


def gone_from_the_store(key: str) -> bytes:
    raise MissingObjectError("nothing is stored under this key", key)


def of_a_later_version(key: str) -> bytes:
    return json.dumps({**told(), "version": 99}).encode() if key.startswith(AUDIT) else stored(key)


def test_a_report_that_cannot_be_shown_is_said_in_a_sentence(get: Get, engine: Engine) -> None:
    gone = browser(engine, gone_from_the_store)(audit_url(CEDAR, 4, 1))
    assert (gone.status_code, "is not in the store" in gone.text) == (404, True)
    later = browser(engine, of_a_later_version)(audit_url(CEDAR, 4, 1))
    assert (later.status_code, "form 99" in later.text) == (404, True)
    unjudged = get(f"/contracts/{CEDAR}/weeks/5/audit")
    assert (unjudged.status_code, "No audit report was made" in unjudged.text) == (404, True)


@pytest.mark.parametrize("read", [gone_from_the_store, of_a_later_version])
def test_a_week_is_shown_without_a_report_that_cannot_be_read(engine: Engine, read: object) -> None:
    assert week_page(engine, ALDER, 2, read=read).audit is None  # type: ignore[arg-type]
    assert week_page(engine, ALDER, 2).audit is None


@pytest.mark.parametrize("revision", ["0", "99", "x"])
def test_an_impossible_revision_is_no_page(get: Get, revision: str) -> None:
    assert get(f"/contracts/{ALDER}/weeks/2/audit?revision={revision}").status_code == 404
