"""Great Expectations' result is shown as text of ours: what was asked, what was seen, and by which clause."""

import json

from sqlalchemy import Engine

from dashboard.links import expectations_url
from dashboard.pages.expectations import frames_of
from quality.gates.expectations import BatchMetrics, run_suite
from rampart.delivery.errors import MissingObjectError
from tests.dashboard.conftest import Get, browser
from tests.dashboard.markup import Page
from tests.quality.gates.delivered import record, table, terms

ALDER, CEDAR = "dc-alder-rm-refresh-2026", "dc-cedar-rm-refresh-2026"


def test_each_expectation_is_told_with_its_clause_and_what_was_seen(get: Get) -> None:
    answer = get(expectations_url(ALDER, 2, 1))
    assert answer.status_code == 200
    shown = " ".join(Page(answer.text).text.split())
    assert "expect discard rate to be within ceiling discard_rate ✓ pass max value 0.3 25.0%" in shown
    assert "clause of discard_rate" in shown
    assert "one of 2 values listed 3 of 1,200 rows did not" in shown
    assert "all of 5 rows did" in shown


def test_a_vendors_values_are_counted_and_never_shown(get: Get) -> None:
    assert "onerror" not in get(expectations_url(ALDER, 2, 1)).text


def test_a_week_links_to_its_expectations_and_back(get: Get) -> None:
    week = Page(get(f"/contracts/{ALDER}/weeks/2").text)
    assert expectations_url(ALDER, 2, 1) in week.links
    page = Page(get(expectations_url(ALDER, 2, 1)).text)
    assert f"/contracts/{ALDER}/weeks/2?revision=1#verdicts" in page.links


def gone_from_the_store(key: str) -> bytes:
    raise MissingObjectError("nothing is stored under this key", key)


def test_a_result_that_is_not_there_is_said_in_a_sentence(get: Get, engine: Engine) -> None:
    gone = browser(engine, gone_from_the_store)(expectations_url(CEDAR, 4, 1))
    assert gone.status_code == 404
    assert "is not in the store" in gone.text
    unjudged = get(f"/contracts/{CEDAR}/weeks/5/expectations")
    assert unjudged.status_code == 404
    assert "No expectations were checked" in unjudged.text


def test_an_impossible_revision_is_no_page(get: Get) -> None:
    for revision in ("0", "99", str(2**40), "x"):
        assert get(f"/contracts/{ALDER}/weeks/2/expectations?revision={revision}").status_code == 404


def test_a_result_as_the_suite_stores_it_is_read_whole() -> None:
    contract = terms({"required": ["label"]}, mix={"domain": {"shares": {"code": 1.0}}})
    metrics = BatchMetrics(100, 5, 0.05, None, domain_mix_distance=0.1)
    kept = table(record(1, domain="code"), record(2, domain="chat"))
    result = json.loads(json.dumps(run_suite(metrics, kept, contract, 1).result, default=str))
    figures, sample = frames_of(result)
    assert (figures.name, sample.name) == ("metrics", "sample")
    mix = next(row for row in figures.rows if row.column == "domain_mix_distance")
    assert (mix.observed, mix.success, mix.asked) == (0.1, False, "max value 0.05")
    domain = next(row for row in sample.rows if row.column == "domain")
    assert (domain.observed, domain.asked) == ("1 of 2 rows did not", "one of 1 values listed")
    assert all(row.clause for frame in (figures, sample) for row in frame.rows)
