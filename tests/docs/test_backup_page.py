"""What the page says is deleted, against the table of what lies in the store."""

import re

from tests.docs.pages import ROOT, table

PAGE = (ROOT / "docs" / "backup.md").read_text(encoding="utf-8")
DELETED = PAGE[PAGE.index("Deleted are") : PAGE.index("Bytes that another week rests on")]
GOES = ("landed/", "batches/", "packs/", "datasets/")


def test_the_page_says_of_every_key_that_holds_a_week_s_data_that_it_goes() -> None:
    rows = table(ROOT / "docs" / "operating.md", "key", "holds")
    kinds = {kind for row in rows if row[0].strip("`").startswith(GOES) for kind in kinds_in(row)}
    assert {
        "dispute",
        "expectations",
        "fates",
        "quarantined",
        "reading",
        "records",
        "summary",
        "tally",
    } < kinds
    assert kinds <= set(re.findall(r"`(\w+)`", DELETED))
    for folder in ("landed/", "batches/<contract>/week-NN", "packs/<contract>/week-NN", "datasets/<digest>"):
        assert f"`{folder}" in DELETED


def kinds_in(row: tuple[str, ...]) -> set[str]:
    """Names of published objects in a row of the table: at the end of its key, and beside it."""
    named = re.findall(r"/([a-z]+)(?:-\d+)?-…", row[0])
    return {*named, *re.findall(r"`(\w+)`", row[1])}
