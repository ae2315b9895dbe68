"""The page of a contract's ramp, and its charts."""

from dataclasses import replace
from xml.etree import ElementTree

import pytest
from sqlalchemy import Engine

from dashboard.charts import cusum_chart, rates_chart, units_chart
from dashboard.links import ramp_url
from dashboard.pages.ramp import judged_url
from quality.ramp.cohorts import CohortPath, CohortWeek
from quality.ramp.report import RampReport
from rampart.delivery.errors import MissingObjectError
from rampart.ledger.ramp_decisions import decision_from, write_decision
from rampart.ledger.ramp_report import read_ramp_report
from tests.dashboard.books import HOSTILE_TEXT, day, fill, stored
from tests.dashboard.conftest import Get, browser
from tests.dashboard.markup import Page

ALDER, CEDAR = "dc-alder-rm-refresh-2026", "dc-cedar-rm-refresh-2026"
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def alder(engine: Engine) -> RampReport:
    return read_ramp_report(engine, stored, ALDER)


def page(get: Get, contract: str = ALDER) -> Page:
    answer = get(ramp_url(contract))
    assert answer.status_code == 200, answer.text
    return Page(answer.text)


def row(shown: Page, week: int) -> str:
    (line,) = (one for one in shown.all("tr") if one.attributes.get("id") == f"week-{week}")
    return " ".join(line.text.split())


def test_a_judged_week_shows_plan_rate_ceiling_chance_and_what_was_expected(
    get: Get, alder: RampReport
) -> None:
    week = alder.weeks[3]
    assert week.judged is not None
    assert week.point is not None
    said = row(page(get), 4)
    for words in ("4 production", "1,000", f"{week.judged.discarded:,}", "15.0%", f"{week.above:.3f}"):
        assert words in said
    assert f"{week.point.lower * 100:.1f}\N{EN DASH}{week.point.upper:.1%}" in said


def test_a_week_to_come_shows_its_forecast_and_the_clause_of_its_ceiling(get: Get, alder: RampReport) -> None:
    ahead = alder.weeks[5].ahead
    assert ahead is not None
    shown = page(get)
    said = row(shown, 6)
    assert "to come" in said
    (ceiling,) = (
        link
        for link in shown.all("a")
        if link.attributes["href"] == f"/contracts/{ALDER}#week-6" and link.text == "15.0%"
    )
    assert ceiling.attributes["title"] == "ramp.phases.production.discard_ceiling"
    assert f"{ahead.discard_rate.p50:.1%}" in said


def test_the_call_its_figures_and_what_it_rests_on_come_first(get: Get, alder: RampReport) -> None:
    shown = page(get)
    assert alder.outlook.found is not None
    found = alder.outlook.found.forecast
    heading = " ".join(shown.all("h1")[0].text.split())
    assert heading.startswith("Ramp of Alder, after week 5 of 6")
    assert alder.outlook.reason in shown.text
    assert f"{found.contracted:,}" in shown.text
    assert "Go or no-go is due after week 3 and not in the books yet" in shown.text


def test_what_went_into_the_books_is_shown_with_the_weeks_it_rests_on(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    from rampart.ledger.engine import open_ledger  # noqa: PLC0415 (books of this test's own)

    books = open_ledger(f"sqlite:///{tmp_path_factory.mktemp('called')}/ledger.db")
    fill(books)
    decided = decision_from(read_ramp_report(books, stored, CEDAR, after=2), 2, day(3))
    assert decided is not None
    write_decision(books, decided, "rm-refresh")
    shown = page(browser(books), CEDAR)
    assert "In the books after week 2, 2026-01-19 09:00 UTC" in shown.text
    assert f"/contracts/{CEDAR}/weeks/2?revision=2" in list(shown.links)
    assert "not in the books yet" not in shown.text
    books.dispose()


def test_domains_of_the_last_week_and_annotators_with_an_alarm_are_listed(get: Get) -> None:
    shown = page(get)
    assert HOSTILE_TEXT.replace("\x1b", "[U+001B]") in shown.text
    assert "<img" not in shown.source
    assert "9a9a9a9a9a9a" in shown.text
    assert "4e4e4e4e4e4e" not in shown.text


def test_contract_and_programme_lead_to_it(get: Get) -> None:
    for path in (f"/contracts/{ALDER}", "/programs/rm-refresh"):
        assert ramp_url(ALDER) in list(Page(get(path).text).links)


def test_a_contract_that_is_not_there_or_whose_terms_are_gone_is_a_clear_404(
    get: Get, engine: Engine
) -> None:
    assert get(ramp_url("none-such")).status_code == 404

    def nothing(key: str) -> bytes:
        raise MissingObjectError("nothing is stored under this key", key)

    answer = browser(engine, nothing)(ramp_url(ALDER))
    assert answer.status_code == 404
    assert "nothing can be forecast" in Page(answer.text).text


def test_without_counts_by_group_the_page_says_what_to_do(engine: Engine) -> None:
    def without(key: str) -> bytes:
        if "groups" in key:
            raise MissingObjectError("nothing is stored under this key", key)
        return stored(key)

    shown = page(browser(engine, without))
    assert "not counted by annotator when they were judged, or their data were deleted" in shown.text


def test_each_week_is_drawn_once_and_a_judged_one_links_to_its_verdict(alder: RampReport) -> None:
    chart = ElementTree.fromstring(rates_chart(alder, lambda week: judged_url(alder, week)))  # noqa: S314
    assert len(chart.findall(f".//{SVG}g[@class='week']")) == 6
    links = [link.attrib["href"] for link in chart.findall(f"{SVG}a")]
    assert links == [
        f"/contracts/{ALDER}/weeks/{week}?revision=1#verdict-discard_rate" for week in range(1, 6)
    ]
    assert len(chart.findall(f".//{SVG}rect[@class='foreseen']")) == 2  # week 6 and the legend
    assert len(chart.findall(f".//{SVG}rect[@class='limits']")) == 4 + 1


def test_a_week_out_of_line_is_ringed_and_said_so(alder: RampReport) -> None:
    weeks = tuple(
        replace(week, point=replace(week.point, out=week.week == 4)) if week.point else week
        for week in alder.weeks
    )
    chart = ElementTree.fromstring(rates_chart(replace(alder, weeks=weeks)))  # noqa: S314
    assert len(chart.findall(f".//{SVG}circle[@class='ring']")) == 2  # the week and the legend
    desc = chart.find(f"{SVG}desc")
    assert desc is not None
    (said,) = (part for part in (desc.text or "").split("Week ") if "out of line" in part)
    assert said.startswith("4: ")


def test_accepted_units_climb_to_the_forecast_s_fan(alder: RampReport) -> None:
    assert alder.outlook.found is not None
    found = alder.outlook.found.forecast
    chart = units_chart(alder)
    assert f"P50 {round(found.accepted.p50):,}" in chart
    assert f"contracted {found.contracted:,}" in chart
    assert f"After week 5: {found.accepted_so_far:,} accepted units" in chart


def path(name: str, scores: tuple[float, ...], alarm: int | None) -> CohortPath:
    weeks = tuple(CohortWeek(week, 100, 10, 0.1, 0.1, score) for week, score in enumerate(scores, 1))
    return CohortPath(name, weeks, 6.0, alarm, 1 if alarm else None)


def test_the_highest_climbs_are_drawn_and_one_at_the_alarm_stands_out() -> None:
    many = [path(f"c{at:02d}", (0.1 * at, 0.2 * at), None) for at in range(20)]
    chart = cusum_chart([path("<b>new</b>", (3.0, 9.0), 2), *many], 6)
    assert chart is not None
    assert chart.count('class="path alarmed"') == 1
    assert chart.count('class="path') == 12
    assert "&lt;b&gt;new&lt;/b&gt;: 9.0 of 6.0 after week 2, alarm in week 2, climbing since 1" in chart
    assert cusum_chart([path("alone", (), None)], 6) is None
