"""The specification says what the contract asks, keeps what is the buyer's, and runs nothing it is given."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from contracts.load import load_contract
from contracts.model import Contract
from rampart.specification.example_rows import Examples
from rampart.specification.inert import inert, markdown, markdown_block, markdown_code
from rampart.specification.pages import html_page, markdown_page
from rampart.specification.specification import specification
from tests.contracts.files import SPECS
from tests.delivery.reading import contract
from tests.specification.example_terms import examples_of

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "[x](javascript:alert(1))",
    "![x](http://evil.example/x.png)",
    "<javascript:alert(1)>",
    "a | b",
    "`code` ```fence```",
    "https://evil.example",
    "www.evil.example",
    "{{ 7*7 }}",
    "**bold** _it_ ~~gone~~",
    "# heading",
    "- item",
    "1. item",
    "mail@evil.example",
    "back\\slash \\` tick",
    "&lt;b&gt;",
)
# Characters a terminal or a page acts on without showing them.
UNSHOWN = ("a\u202eb", "nul\u0085next", "two\nlines", "\x1b[31mred", "zero\u200bwidth", "line\u2028end")
STANDARD = load_contract(SPECS / "standard" / "six-week-preferences.odcs.yaml")
PARSER = MarkdownIt("gfm-like", {"linkify": False}).enable("table")


class Elements(HTMLParser):
    """The elements of a page with their attributes, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def hostile(word: str) -> Contract:
    """A contract that says `word` wherever it may say it: two terms refuse what cannot be shown."""
    shown = word if word.isprintable() else "plain"
    quoted = '"' + shown.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return contract(
        {
            "rows": {"path": "rows.jsonl", "format": "jsonl"},
            "record": {"prompt": quoted, "responses": "[a, b]", "label": "label", "domain": "topic"},
            "roles": {word: "user"},
            "values": {"domain": {"map": {word: word}}},
            "require": [{"test": "a != b", "problem": word}],
        },
        {
            "scheme": {"kind": "arena", "a": [word], "b": ["b"], "tie": ["t"]},
            "guideline": {"version": word, "document": shown},
        },
        name=word,
    )


@pytest.mark.parametrize("word", [*HOSTILE, *UNSHOWN])
def test_nothing_a_contract_says_becomes_markup_in_either_page(word: str) -> None:
    given = hostile(word)
    plain = hostile("plain")
    for render in (html_page, lambda document: PARSER.render(markdown_page(document))):
        usual, found = (Elements(render(specification(one, examples_of(one)))) for one in (plain, given))
        kinds = {"html", "head", "meta", "title", "style", "body", "main", "section", "div", "figure"}
        kinds |= {"figcaption", "pre", "h1", "h2", "p", "table", "thead", "tbody", "tr", "th", "td", "code"}
        assert {tag for tag, _ in found.tags} <= kinds
        assert all(not name.startswith("on") for _, attributes in found.tags for name in attributes)
        cells = [[tag for tag, _ in page.tags].count("td") for page in (usual, found)]
        assert cells[0] == cells[1]
        assert all(each.isprintable() or each in "\n\t" for each in found.text)
        if word.isprintable():
            assert found.text.count(word) >= 5


def test_a_page_loads_nothing_and_allows_no_script() -> None:
    page = html_page(specification(STANDARD, examples_of(STANDARD)))
    policy = [attributes for tag, attributes in Elements(page).tags if tag == "meta"][1]
    assert policy["content"] == "default-src 'none'; style-src 'unsafe-inline'"
    assert not re.search(r"<script|<link|<img|url\(|@import|\bsrc=|\bhref=", page)


@pytest.mark.parametrize("path", sorted(SPECS.rglob("*.odcs.yaml")), ids=lambda path: path.name)
def test_every_expression_required_field_and_due_moment_of_a_spec_is_told(path: Path) -> None:
    given = load_contract(path)
    page = Elements(html_page(specification(given, Examples(problem="left out")))).text
    for name, text in given.delivery.record:
        if isinstance(text, str):
            assert inert(text) in page, name
    for number in given.ramp.weeks:
        assert f"{given.inbox(number)}/" in page
    assert "No example is shown: none could be made that reads back by this contract (left out)." in page


def test_what_is_the_buyer_s_stays_out() -> None:
    page = html_page(specification(STANDARD, examples_of(STANDARD)))
    for secret in ("5.20", "R. Okafor", "rm-refresh", "promotion", "expected_gain", "@acme.example"):
        assert secret not in page


def test_only_thresholds_of_blocking_audits_are_told() -> None:
    def told(severity: str) -> str:
        audits = {"length": {"max_lean": 0.123, "severity": severity}}
        terms = contract({"rows": {"path": "r.csv", "format": "csv"}}, audits=audits)
        return html_page(specification(terms, Examples()))

    assert "12.3 %" in told("blocking")
    assert "12.3 %" not in told("advisory")


@pytest.mark.parametrize("text", HOSTILE)
def test_escaped_markdown_shows_the_text_it_was_given(text: str) -> None:
    for written in (markdown(text), markdown_code(text), markdown_block(text, "json")):
        assert Elements(PARSER.render(written)).text.strip() == text


def test_a_table_s_code_cell_keeps_its_pipes() -> None:
    table = f"| a | b |\n| --- | --- |\n| {markdown_code('x || `1`', in_table=True)} | c |"
    found = Elements(PARSER.render(table))
    assert [tag for tag, _ in found.tags].count("td") == 2
    assert "x || `1`" in found.text
