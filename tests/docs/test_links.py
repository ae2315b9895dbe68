from pathlib import Path

import pytest

from tests.docs.pages import PAGES, ROOT, anchors, links, name_of

LOCAL = [
    (page, address)
    for page in PAGES
    for address in links(page)
    if not address.startswith(("https://", "http://", "mailto:"))
]


@pytest.mark.parametrize(("page", "address"), LOCAL, ids=lambda value: str(value).replace(str(ROOT), ""))
def test_a_link_within_the_project_leads_to_a_file_and_a_heading_that_are_there(
    page: Path, address: str
) -> None:
    file, _, heading = address.partition("#")
    target = (page.parent / file).resolve() if file else page
    assert target.exists(), f"{name_of(page)} links to {address}, which is not there"
    if heading:
        assert heading in anchors(target), f"{name_of(page)} links to {address}; its page has no such heading"


def test_every_page_of_the_docs_can_be_reached_from_the_readme() -> None:
    reached, ahead = set[Path](), [ROOT / "README.md"]
    while ahead:
        page = ahead.pop()
        if page in reached or page.suffix != ".md":
            continue
        reached.add(page)
        ahead += [
            (page.parent / address.split("#")[0]).resolve() for origin, address in LOCAL if origin == page
        ]
    assert {page.resolve() for page in PAGES} - reached == set()
