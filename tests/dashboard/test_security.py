import re

import pytest

from dashboard.security import HEADERS
from tests.dashboard.conftest import Get
from tests.dashboard.test_pages import crawl

POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)


@pytest.mark.parametrize("path", ["/", "/nowhere", "/static/rampart.css", "/api/v1/ramp", "/healthz"])
def test_every_answer_carries_the_content_policy_and_its_companions(get: Get, path: str) -> None:
    headers = get(path).headers
    assert headers["content-security-policy"] == POLICY
    assert {name: headers[name] for name in HEADERS} == HEADERS
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize("host", ["localhost", "localhost:8770", "127.0.0.1", "[::1]:8770"])
def test_it_answers_to_the_names_of_this_machine(get: Get, host: str) -> None:
    assert get("/healthz", host).text == "ok, 2 programmes\n"


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:8770"])
def test_a_foreign_host_header_is_refused(get: Get, host: str) -> None:
    answer = get("/", host)
    assert answer.status_code == 400
    assert answer.headers["content-security-policy"] == POLICY


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/openapi.json"])
def test_there_are_no_generated_api_pages(get: Get, path: str) -> None:
    assert get(path).status_code == 404


def test_no_page_needs_what_the_policy_forbids(get: Get) -> None:
    for path, page in crawl(get).items():
        for element in page.elements:
            assert element.tag not in {"script", "style", "iframe", "object", "base"}, path
            assert "style" not in element.attributes, path
            assert not [name for name in element.attributes if re.match("on[a-z]", name)], path
            source = element.attributes.get("src") or (
                element.attributes.get("href") if element.tag == "link" else None
            )
            assert source is None or source.startswith("/static/"), path
