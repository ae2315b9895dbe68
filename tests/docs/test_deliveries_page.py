"""The page on deliveries: its manifests parse, its limits are those in force, its terms are terms.

The table of outcomes is walked row by row in tests/flows/test_outcomes.py.
"""

import re

import pytest

from contracts.terms.sources import Complete
from rampart.delivery import limits
from rampart.delivery.manifest import parse_manifest
from tests.docs.pages import ROOT, blocks, code, table

PAGE = ROOT / "docs" / "deliveries.md"
UNITS = {"GiB": 1 << 30, "MiB": 1 << 20, "Mi characters": 1 << 20, "": 1}
MANIFESTS = {
    code(b.caption.split("`")[1].join("``")): b.text for b in blocks(PAGE) if "manifest." in b.caption
}


def test_both_manifests_of_the_page_say_the_same() -> None:
    found = [
        parse_manifest(block.text.encode(), f"manifest.{block.language}")
        for block in blocks(PAGE)
        if block.language in ("json", "csv")
    ]
    assert len(found) == 2
    assert found[0] == found[1]


def test_the_fields_of_a_manifest_are_all_explained() -> None:
    header = next(block.text for block in blocks(PAGE) if block.language == "csv").splitlines()[0]
    assert [code(name) for name, _ in table(PAGE, "field", "holds")] == header.split(",")


def test_every_limit_is_listed_with_its_value() -> None:
    listed = {code(name): value for name, value, _ in table(PAGE, "limit", "is", "why")}
    inner = {"RATIO_FROM", "ROWS_FROM"}  # told beside the ratios
    assert set(listed) == {name for name in vars(limits) if name.isupper()} - inner
    for name, value in listed.items():
        number, unit = re.fullmatch(r"([\d,]+) ?(.*)", value).groups()  # type: ignore[union-attr]
        assert int(number.replace(",", "")) * UNITS[unit] == getattr(limits, name), name


def test_no_limit_on_what_is_delivered_stands_anywhere_else() -> None:
    files = [path for path in (ROOT / "rampart" / "delivery").rglob("*.py") if path.name != "limits.py"]
    found = {
        name
        for path in files
        for name in re.findall(
            r"(?m)^_?((?:MAX|MOST|LONGEST|DEEPEST)\w*) = ", path.read_text(encoding="utf-8")
        )
    }
    stores_and_zips_own = {"LONGEST_KEY", "LONGEST_NAME", "MOST_PARTS", "LONGEST_COMMENT"}
    of_hints_and_errors = {"LONGEST_MESSAGE", "DEEPEST", "LONGEST_ECHO"}
    assert found == stores_and_zips_own | of_hints_and_errors


def test_what_completes_a_delivery_is_all_explained() -> None:
    assert [code(name) for name, _ in table(PAGE, "term", "the delivery is complete when")] == list(
        Complete.model_fields
    )


def test_the_rows_from_which_their_ratio_counts_are_the_pages() -> None:
    assert f"from {limits.ROWS_FROM:,} rows on" in PAGE.read_text()


@pytest.mark.parametrize("name", ["MAX_RATIO", "RATIO_FROM"])
def test_the_ratio_is_the_one_the_page_tells(name: str) -> None:
    text = PAGE.read_text()
    assert {"MAX_RATIO": "more than the 200 allowed", "RATIO_FROM": "from 16 MiB of text on"}[name] in text
    assert (limits.MAX_RATIO, limits.RATIO_FROM) == (200, 16 << 20)
