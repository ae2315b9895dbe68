"""The page on amendments: its example can be registered, and says what the comparison says."""

from datetime import UTC, date, datetime
from textwrap import indent

from contracts.load import parse_contract
from contracts.versions.diff import diff
from contracts.versions.reach import ADMINISTRATIVE
from contracts.versions.succession import IDENTITY, Registered, version_problems
from tests.docs.pages import ROOT, blocks

PAGE = ROOT / "docs" / "amendments.md"
ALDER = (ROOT / "contracts" / "specs" / "demo" / "alder.odcs.yaml").read_text()


def test_the_example_amends_alder_and_its_differences_are_those_shown() -> None:
    (group,) = (block.text for block in blocks(PAGE) if block.language == "yaml")
    (shown,) = (block.text for block in blocks(PAGE) if block.language == "text")
    old = "discard_ceiling: 0.15, on_breach: reject, price: 1.50"
    assert old in ALDER
    changed = ALDER.replace(old, "discard_ceiling: 0.30, on_breach: reject, price: 1.94")
    text = changed.replace("version: 1.0.0", "version: 1.1.0") + indent(group, 6 * " ")
    before, after = parse_contract(ALDER.encode(), "a"), parse_contract(text.encode(), "b")
    assert version_problems([Registered(before, None)], after, date(2026, 1, 5)) == ()
    found = diff(before, after, datetime(2026, 1, 5, tzinfo=UTC))
    assert shown.splitlines() == [change.words for change in found]


def test_the_page_lists_what_never_changes_and_what_may_always() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert [name for name in (*IDENTITY, *ADMINISTRATIVE) if f"`{name}`" not in text] == []
