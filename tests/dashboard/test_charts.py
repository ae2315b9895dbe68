import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.charts import accuracy_chart, ramp_chart, sparkline, standalone_svg
from dashboard.links import row_url
from dashboard.pages.examples import VERSIONS, WEEKS
from rampart.showing.scale import Scale, nice_ticks

SVG = "{http://www.w3.org/2000/svg}"


def drawing(text: str) -> ElementTree.Element:
    return ElementTree.fromstring(text)  # noqa: S314 (our own output)


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0, 0.5, (0, 0.1, 0.2, 0.3, 0.4, 0.5)),
        (0, 0.53, (0, 0.2, 0.4, 0.6)),
        (0.58, 0.79, (0.55, 0.6, 0.65, 0.7, 0.75, 0.8)),
        (0, 0, (0, 0.2)),
    ],
)
def test_ticks_are_round_numbers_around_the_data(
    low: float, high: float, expected: tuple[float, ...]
) -> None:
    assert nice_ticks(low, high) == pytest.approx(expected)


@given(st.floats(0, 1e6), st.floats(1e-3, 1e6))
def test_ticks_enclose_any_data_and_are_few(low: float, span: float) -> None:
    ticks = nice_ticks(low, low + span)
    step = ticks[1] - ticks[0]
    assert ticks[0] <= low + step * 1e-6
    assert ticks[-1] >= low + span - step * 1e-6
    assert 2 <= len(ticks) <= 8


def test_a_scale_maps_ends_to_ends_and_clamps_what_lies_beyond() -> None:
    up = Scale(0.0, 0.5, 200, 100)
    assert [up(0.0), up(0.25), up(0.5), up(0.9), up(-1)] == [200, 150, 100, 100, 200]


def test_each_judged_week_is_a_point_in_its_states_shape_with_a_whisker_and_a_link() -> None:
    chart = drawing(ramp_chart(WEEKS, row_url))
    weeks = chart.findall(f".//{SVG}g[@class='week']")
    assert len(weeks) == len(WEEKS)
    marks = [week.find(f"*[@class='mark state-{row.state}']") for week, row in zip(weeks, WEEKS, strict=True)]
    tags = [mark.tag.removeprefix(SVG) if mark is not None else None for mark in marks]
    assert tags == ["path", "rect", "circle", None, "circle", None, None]
    assert weeks[3].find(f"{SVG}path[@class='cross state-rejected']") is not None
    assert [week.find(f"{SVG}path[@class='whisker']") is not None for week in weeks] == [True] * 5 + [
        False
    ] * 2
    links = [link.get("href") for link in chart.iter(f"{SVG}a")]
    assert links == [f"/contracts/acme-1/weeks/{week}" for week in range(1, 7)]


def test_a_higher_rate_is_drawn_higher_and_above_its_ceiling_where_it_is_above() -> None:
    text = str(ramp_chart(WEEKS))
    held = re.search(r'<rect class="mark state-held" x="[\d.]+" y="([\d.]+)"', text)
    ceiling = re.findall(r'class="ceiling phase-ramp" d="M[\d.]+ ([\d.]+)H', text)
    assert held is not None
    assert float(held[1]) + 5 < float(ceiling[0])  # y grows downwards; 5 is half the mark


def test_the_chart_says_in_words_what_it_shows() -> None:
    chart = drawing(ramp_chart(WEEKS))
    said = chart.findtext(f"{SVG}desc")
    assert said is not None
    assert "Week 2, ramp: 33.0% discarded (95% interval 30.0–36.0%), ceiling 30.0%, held." in said  # noqa: RUF001
    assert "Week 6, production: late, 1,000 planned." in said


def test_the_chart_holds_for_one_week_a_year_a_rate_of_zero_and_a_vendor_who_writes_markup() -> None:
    many = [replace(WEEKS[0], week=week) for week in range(1, 53)]
    zero = replace(WEEKS[0], discard_rate=0.0, low=None, high=None, ceiling=0.0, delivered=0, planned=1)
    for rows in ([WEEKS[0]], many, [zero]):
        chart = drawing(ramp_chart(rows))
        assert len(chart.findall(f".//{SVG}g[@class='week']")) == len(rows)
    assert "<b>" not in ramp_chart(WEEKS)
    assert ">AP<" in ramp_chart(many)


def test_the_standalone_image_carries_its_style_and_no_link() -> None:
    text = standalone_svg(WEEKS)
    image = drawing(text)
    assert image.tag == f"{SVG}svg"
    assert "prefers-color-scheme: dark" in (image.findtext(f"{SVG}style") or "")
    assert (image.get("width"), image.get("height")) == ("960", "404")
    assert not list(image.iter(f"{SVG}a"))
    assert image.findtext(f"{SVG}title")


def test_a_sparkline_says_the_latest_judged_week() -> None:
    assert "Week 5, production: 8.0% discarded" in (
        drawing(sparkline(WEEKS, "s")).findtext(f"{SVG}title") or ""
    )
    waiting = drawing(sparkline(WEEKS[-1:], "s")).findtext(f"{SVG}title")
    assert waiting is not None
    assert "No week has been judged yet" in waiting


def test_the_accuracy_chart_tells_promoted_from_kept_and_names_the_champion() -> None:
    chart = drawing(accuracy_chart(VERSIONS))
    versions = chart.findall(f"{SVG}g[@class='version']")
    shapes = [version.find(f"{SVG}circle").get("class") for version in versions]  # type: ignore[union-attr]
    assert shapes == ["mark promoted", "mark promoted", "hollow"]
    assert [version.findtext(f"{SVG}text[@class='state']") for version in versions] == [
        None,
        "champion",
        None,
    ]
