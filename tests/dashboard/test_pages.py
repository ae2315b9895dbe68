from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from sqlalchemy import Engine

from dashboard.links import week_url
from rampart.ledger.engine import open_ledger
from rampart.ledger.read import ramp_rows
from tests.dashboard.books import HOSTILE_NAME, HOSTILE_TEXT
from tests.dashboard.conftest import Get, browser
from tests.dashboard.markup import Page
from tests.ledger.books import contested, day, judged, outcome, register, terms

BIRCH, CEDAR = "/contracts/dc-birch-rm-refresh-2026", "/contracts/dc-cedar-rm-refresh-2026"


def text(get: Get, path: str) -> str:
    answer = get(path)
    assert answer.status_code == 200, answer.text
    return Page(answer.text).text


@cache
def crawl(get: Get) -> dict[str, Page]:
    """Every page that can be reached from the first one, without the gallery's invented links."""
    pages: dict[str, Page] = {}
    waiting = ["/"]
    while waiting:
        path = waiting.pop()
        if path in pages:
            continue
        answer = get(path)
        assert answer.status_code == 200, path
        pages[path] = Page(answer.text)
        if path != "/patterns":
            waiting += [link.split("#")[0] for link in pages[path].links if link.startswith("/")]
    return pages


def test_every_link_from_the_first_page_leads_to_a_page_and_to_an_anchor_in_it(get: Get) -> None:
    pages = crawl(get)
    assert len(pages) > 20
    for path, page in pages.items():
        for link in page.links if path != "/patterns" else ():
            where, _, anchor = link.partition("#")
            assert not urlsplit(link).netloc, f"{path} links out to {link}"
            assert not anchor or anchor in pages[where or path].ids, f"{path} links to {link}"


def test_every_opened_week_of_every_contract_is_linked(get: Get, engine: Engine) -> None:
    pages = crawl(get)
    opened = [row for row in ramp_rows(engine) if row.revision is not None]
    assert opened
    assert {week_url(row.contract_id, row.week) for row in opened} <= set(pages)


def test_the_overview_says_first_what_needs_a_person(get: Get) -> None:
    shown = text(get, "/")
    places = [
        shown.index(words)
        for words in (
            "held Birch, dc-birch-rm-refresh-2026 week 3",
            "refused Cedar, dc-cedar-rm-refresh-2026 week 5",
            "manifest.json names rows-2.jsonl, which is not there",
            "late Birch, dc-birch-rm-refresh-2026 week 5",
            "Programme hostile",
            "Champion reward model: version 12, held-out accuracy",
        )
    ]
    assert places == sorted(places)


def test_the_overview_of_empty_books_says_what_will_appear(tmp_path_factory: pytest.TempPathFactory) -> None:
    empty = open_ledger(f"sqlite:///{tmp_path_factory.mktemp('empty')}/ledger.db")
    shown = text(browser(empty), "/")
    empty.dispose()
    assert "Nothing is held, refused, late or to review." in shown
    assert "No contract is registered yet." in shown


def test_a_ramp_row_shows_what_the_books_hold(get: Get, engine: Engine) -> None:
    row = next(row for row in ramp_rows(engine, contract_id="dc-birch-rm-refresh-2026") if row.week == 3)
    line = next(
        element.text
        for element in Page(get(BIRCH).text).all("tr")
        if element.attributes.get("id") == "week-3"
    )
    shown = " ".join(line.split())
    assert row.discard_rate is not None
    assert f"3 ramp held 700 700 (439) 258 exact_duplicate 172, too_fast 86 3 {row.discard_rate:.1%}" in shown
    assert shown.endswith("30.0% 0.00 0.00")


def test_a_week_shows_verdicts_waterfall_files_money_decision_and_events(get: Get) -> None:
    shown = text(get, f"{BIRCH}/weeks/4")
    for words in (
        "longer wins audits.length ✕ fail 64.0% 61.0% to 67.0%",
        "readable records 997 exact_duplicate \N{MINUS SIGN}80 80 917",
        "too_fast \N{MINUS SIGN}40 52 877 The judgement took less than the contract's minimum time.",
        "Have annotators read both responses; remove speeders. gates.min_duration_s",
        "preferences.jsonl.gz rows 81,920 1,000 1,000 877 120 3",
        "✓ adds up",
        "accepted units 877 2.00 1,754.00 USD ramp.phases.production.price",
        "accepted by R. Okafor, 2026-02-04 09:00 UTC: Prompts of week 4 ask for detail.",
        "sha256/birch-4/summary.md",
        "batch.held",
    ):
        assert words in shown


def test_a_superseded_revision_can_still_be_read_and_says_so(get: Get) -> None:
    assert "This revision is superseded" in text(get, f"{CEDAR}/weeks/2?revision=1")
    assert "This revision is superseded" not in text(get, f"{CEDAR}/weeks/2")


def test_a_held_batch_says_that_its_money_is_not_payable(get: Get) -> None:
    shown = text(get, f"{BIRCH}/weeks/3")
    assert "nothing is payable in this state" in shown
    assert "Waiting for one: a named person accepts or rejects the batch" in shown


def test_the_programme_names_each_model_its_trigger_and_the_reason_of_its_fate(get: Get) -> None:
    page = Page(get("/programs/rm-refresh").text)
    assert "12 ★ champion" in page.text
    assert "\N{EN DASH} kept aside It may lose over 2%." in page.text
    assert f"{CEDAR}/weeks/2?revision=2" in list(page.links)


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/nowhere", "There is no page at this address."),
        ("/contracts/none-such", "There is no contract none-such on the books."),
        ("/contracts/%3Cscript%3E", "There is no contract <script> on the books."),
        (f"{BIRCH}/weeks/77", "plans weeks 1 to 6; there is no week 77."),
        (f"{BIRCH}/weeks/6", "week 6 is not on the books"),
        (f"{BIRCH}/weeks/1?revision=9", "revision 9 is not on the books"),
        (f"{BIRCH}/weeks/1?revision=0", "There is no page at this address."),
        (f"{BIRCH}/weeks/99999999999999999999", "There is no page at this address."),
        (f"{BIRCH}/weeks/x", "There is no page at this address."),
        ("/programs/none-such", "There is no programme none-such on the books."),
    ],
)
def test_what_is_not_there_is_a_clear_404(get: Get, path: str, said: str) -> None:
    answer = get(path)
    assert answer.status_code == 404
    page = Page(answer.text)
    assert said in page.text
    assert "Go to the overview" in page.text


def test_a_page_that_cannot_be_read_says_so_without_its_innards() -> None:
    class Closed:
        def connect(self) -> None:
            raise RuntimeError("password in here")

    answer = browser(Closed())("/")  # type: ignore[arg-type]
    assert answer.status_code == 500
    assert "Something broke" in Page(answer.text).text
    assert "password" not in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_hostile_vendor_text_is_shown_as_text_on_every_page_that_has_it(get: Get) -> None:
    pages = {path: page for path, page in crawl(get).items() if "hostile" in path or path == "/"}
    assert len(pages) >= 4
    for path, page in pages.items():
        assert "<script" not in page.source, path
        assert "<img" not in page.source, path
        assert not {"\u202e", "\u202c", "\x1b"} & set(page.source), path
    name = HOSTILE_NAME.replace("\u202e", "[U+202E]").replace("\u202c", "[U+202C]")
    assert name in pages["/"].text
    assert HOSTILE_TEXT.replace("\x1b", "[U+001B]") in pages["/contracts/hostile-1/weeks/1"].text


def test_a_ruling_on_a_dispute_stands_among_the_decisions(tmp_path: Path) -> None:
    books = open_ledger(f"sqlite:///{tmp_path}/ledger.db")
    register(books, terms())
    judged(books, terms(), 1, outcome("accepted_partial", 80, 20))
    page = "/contracts/acme-1/weeks/1"
    assert "None: the contract's clauses decided." in text(browser(books), page)
    contested(books, 1, "reinstated", day(9))
    shown = text(browser(books), page)
    assert "records reinstated by Ada" in shown
    assert "Looked at them." in shown
    assert "the contract's clauses decided" not in shown
    books.dispose()
