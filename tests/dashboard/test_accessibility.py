from tests.dashboard.conftest import Get
from tests.dashboard.test_pages import crawl


def test_every_page_has_a_language_one_main_heading_and_a_title_of_its_own(get: Get) -> None:
    pages = crawl(get)
    titles = set()
    for path, page in pages.items():
        assert page.all("html")[0].attributes["lang"] == "en", path
        assert len(page.all("h1")) == 1, path
        assert len(page.all("main")) == 1, path
        titles.add(next(title.text for title in page.all("title")))
    assert len(titles) >= len({path.split("?")[0] for path in pages})


def test_every_table_has_a_caption_and_every_header_cell_a_scope(get: Get) -> None:
    for path, page in crawl(get).items():
        assert len(page.all("caption")) == len(page.all("table")), path
        assert all(cell.attributes.get("scope") in {"col", "row"} for cell in page.all("th")), path


def test_every_chart_is_named_by_its_own_title_and_no_id_is_used_twice(get: Get) -> None:
    drawn = 0
    for path, page in crawl(get).items():
        assert len(page.ids) == len(set(page.ids)), path
        for chart in page.all("svg"):
            if chart.attributes.get("aria-hidden") == "true":
                continue
            drawn += 1
            named = (chart.attributes["aria-labelledby"] or "").split()
            assert named, path
            assert set(named) <= set(page.ids), path
    assert drawn > 10


def test_a_state_is_a_word_and_not_only_a_colour(get: Get) -> None:
    for path, page in crawl(get).items():
        for element in page.elements:
            if "chip" in (element.attributes.get("class") or "").split():
                assert any(letter.isalpha() for letter in element.text), path
