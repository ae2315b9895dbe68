"""The page on the scorecard names the figures, forms and files that there are."""

import re

from quality.scorecard.shared import LEAST
from quality.scorecard.weekly import LEAST_WEEKS
from rampart.ledger.evidence_file.index import CONTENTS
from rampart.records.evidence import BOOK_TABLES, parse
from rampart.showing.scorecard_view import TITLES
from tests.docs.pages import ROOT, blocks, code, table

PAGE = ROOT / "docs" / "scorecard.md"
TEXT = " ".join(PAGE.read_text(encoding="utf-8").split())


def test_the_page_lists_every_figure_in_the_order_of_the_card() -> None:
    assert [code(row[0]) for row in table(PAGE, "figure", "what it is", "interval")] == list(TITLES)


def test_the_least_numbers_are_those_of_the_code() -> None:
    assert f"Under {LEAST_WEEKS} weeks there is no interval" in TEXT
    assert f"under {LEAST} prompts nothing is said" in TEXT


def test_the_addresses_the_page_shows_are_addresses() -> None:
    shown = re.findall(r"rampart evidence '([^']+)'", "".join(block.text for block in blocks(PAGE)))
    assert len(shown) == 2
    assert {parse(address).scheme for address in shown} == {"books", "shared"}
    forms = [code(row[0]) for row in table(PAGE, "form", "rows")]
    assert [form.split(":")[0] for form in forms] == ["books", "models", "store", "shared"]
    named = next(row[1] for row in table(PAGE, "form", "rows") if "books" in row[0])
    assert set(re.findall(r"`(\w+)`", named)) == set(BOOK_TABLES)


def test_the_files_of_the_evidence_file_are_those_of_its_index() -> None:
    named = re.findall(r"`([^`]+)`", " ".join(row[0] for row in table(PAGE, "in it", "what it is")))
    assert named
    for name in named:
        assert name in CONTENTS, name
