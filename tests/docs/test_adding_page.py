from typing import Any

import pytest

from rampart.retrain.backend import Backend
from tests.docs.pages import ROOT, blocks, code, table

PAGE = ROOT / "docs" / "adding.md"
PAGES = (ROOT / "docs" / "adding-a-gate.md", PAGE)
PYTHON = [block for page in PAGES for block in blocks(page) if block.language == "python"]


@pytest.fixture(scope="module")
def after_the_page() -> dict[str, Any]:
    """The names defined once every Python block of both pages has run, in order; their asserts have held."""
    names: dict[str, Any] = {"__name__": "page"}
    for block in PYTHON:
        lines = "\n" * (block.line - 1) + block.text  # errors then name the page's own lines
        exec(compile(lines, block.page, "exec"), names)  # noqa: S102 (the page is ours)
    return names


def test_the_page_s_gate_and_audit_run_and_their_asserts_hold(after_the_page: dict[str, Any]) -> None:
    assert {"seen", "busiest", "asking"} <= set(after_the_page)


def test_the_page_asserts_what_its_gate_and_its_audit_find() -> None:
    assert sum(block.text.count("\nassert ") + block.text.startswith("assert ") for block in PYTHON) >= 6


def test_the_page_lists_every_method_of_a_backend() -> None:
    methods = {name for name in vars(Backend) if not name.startswith("_")}
    assert {code(row[0]) for row in table(PAGE, "method", "does")} == methods
