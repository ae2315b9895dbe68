"""The page on mitigation lists every offer there is, and the figures it names."""

from typing import get_args

from contracts.model import AuditLimit
from quality.mitigation.offer import Name
from quality.mitigation.propensity import LEAST, MOST
from quality.mitigation.relabel import SHARE
from quality.mitigation.requests import needed
from tests.docs.pages import ROOT, code, table

PAGE = ROOT / "docs" / "mitigation.md"


def test_the_page_lists_every_offer() -> None:
    assert tuple(code(row[0]) for row in table(PAGE, "offer", "does", "file")) == get_args(Name)


def test_the_page_s_figures_are_those_of_the_code() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert f"within {LEAST} to {MOST:.0f}" in text
    assert SHARE == 0.1  # "the tenth of the pairs"
    usual = AuditLimit.defaults().max_lean
    assert f"({needed(usual)} at {usual:.2f})" in text
