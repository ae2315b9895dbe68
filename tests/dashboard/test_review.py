"""What people found, on the week's page, on its own page and among what needs a person."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree

from sqlalchemy import Engine

from dashboard.charts import operating_chart
from dashboard.links import review_url, week_url
from dashboard.pages.examples import CURVE, DEFECT_RATE
from quality.verdict import GateSpec, Verdict
from rampart.delivery.errors import MissingObjectError
from rampart.ledger.engine import open_ledger
from rampart.ledger.reviews import reviews
from tests.dashboard.conftest import Get, browser
from tests.dashboard.markup import Page
from tests.ledger.books import day, judged, outcome, register, reviewed, terms

ALDER, BIRCH = "dc-alder-rm-refresh-2026", "dc-birch-rm-refresh-2026"
SVG = "{http://www.w3.org/2000/svg}"


def page(get: Get, path: str) -> Page:
    answer = get(path)
    assert answer.status_code == 200, answer.text
    return Page(answer.text)


def drawn(chart: str) -> ElementTree.Element:
    return ElementTree.fromstring(chart)  # noqa: S314 (our own output)


def test_the_week_s_page_says_what_the_plan_decided_and_leads_to_the_rows(get: Get, engine: Engine) -> None:
    (found,) = reviews(engine, BIRCH, 4)
    assert found.last is not None and found.last.share is not None
    shown = page(get, week_url(BIRCH, 4))
    assert f"{found.last.share:.1%}" in shown.text
    assert {"pass": "the plan accepts", "fail": "the plan fails"}[found.status] in shown.text
    assert "What the plan lets through" in shown.source
    assert f"{review_url(BIRCH, 4)}#review-b1b1b1b1" in shown.links


def test_the_review_s_page_lists_strata_reviewers_and_defective_rows_first(get: Get) -> None:
    shown = page(get, review_url(BIRCH, 4))
    assert "review-b1b1b1b1" in shown.ids
    assert all(part in shown.text for part in ("flagged, high", "plain, low", "R. Okafor", "[U+202E]"))
    assert "<b>Ann</b>" in shown.text and "<b>Ann" not in shown.source
    rows = shown.source.split("The reviewed records")[2]
    assert rows.index("<td>defect</td>") < rows.index("<td>ok</td>")
    assert "<td>ok</td>" not in rows[: rows.rindex("<td>defect</td>")]


def test_a_sample_that_was_not_read_back_needs_a_person(get: Get) -> None:
    shown = page(get, "/")
    assert "still want a verdict" in shown.text
    assert week_url(ALDER, 3, anchor="review") in shown.links
    assert "Nothing was read back yet" in page(get, week_url(ALDER, 3)).text


def test_a_week_nobody_reviewed_has_no_such_page(get: Get) -> None:
    answer = get(review_url(BIRCH, 1))
    assert (answer.status_code, "Nothing was drawn for review" in answer.text) == (404, True)
    assert "Reviewed by people" not in page(get, week_url(BIRCH, 1)).text


def test_a_result_that_is_gone_leaves_what_the_books_say(engine: Engine) -> None:
    def gone(key: str) -> bytes:
        raise MissingObjectError("nothing is stored under this key", key)

    shown = page(browser(engine, gone), review_url(BIRCH, 4)).text
    assert "The result is not in the store any more" in shown
    assert "Defect rate" in shown


def test_the_curve_falls_and_marks_the_limit_and_the_batch() -> None:
    chart = drawn(operating_chart(CURVE, DEFECT_RATE))
    curve = chart.find(f"{SVG}path[@class='ceiling phase-production']")
    assert curve is not None
    heights = [float(point.split()[1]) for point in curve.attrib["d"].removeprefix("M").split("L")]
    assert heights == sorted(heights) and len(heights) > 10
    band = chart.find(f"{SVG}rect[@class='delivered']")
    assert band is not None and float(band.attrib["width"]) > 0
    assert "producer's risk" in "".join(chart.itertext())


def test_without_a_known_rate_the_curve_stands_alone() -> None:
    unknown: Mapping[str, Any] = {"share": None, "low": None, "high": None}
    for rate in (None, unknown):
        assert drawn(operating_chart(CURVE, rate)).find(f"{SVG}path[@class='whisker']") is None


def test_books_without_reviews_need_nobody(tmp_path: Any) -> None:
    books = open_ledger(f"sqlite:///{tmp_path}/ledger.db")
    assert "Nothing is held, refused, late or to review." in page(browser(books), "/").text
    books.dispose()


def test_a_failed_review_needs_a_person_before_the_week_is_held(tmp_path: Any) -> None:
    books = open_ledger(f"sqlite:///{tmp_path}/ledger.db")
    register(books, terms())
    judged(books, terms(), 3, outcome(accepted=60))
    reviewed(books, 3, "fail", day(23))
    shown = page(browser(books), "/").text
    assert "People found more defects than the plan accepts, and the week is not held yet" in shown
    books.dispose()


def test_a_review_that_is_asked_for_and_not_drawn_needs_a_person(tmp_path: Any) -> None:
    books = open_ledger(f"sqlite:///{tmp_path}/ledger.db")
    register(books, terms())
    asked = Verdict(
        GateSpec("review.plan", "defect_rate", 0.025, "hold"),
        "not_testable",
        *(None, None, None),
        n=0,
        reason="People are to review 13 of 60 accepted records.",
    )
    plain = outcome(accepted=60)
    judged(books, terms(), 3, replace(plain, verdicts=(*plain.verdicts, asked)))
    assert "People are to review 13 of 60 accepted records." in page(browser(books), "/").text
    reviewed(books, 3, "pass", day(23))
    assert "People are to review" not in page(browser(books), "/").text
    books.dispose()
