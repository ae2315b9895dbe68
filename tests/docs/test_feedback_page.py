"""The example on the page is a pack as it is made, and its table of files is complete."""

import re

from tests.docs.pages import ROOT
from tests.ledger.feedback.packs import pack
from tests.ledger.feedback.test_summary import settled, thirty

PAGE = (ROOT / "docs" / "feedback.md").read_text(encoding="utf-8")


def test_the_example_is_a_summary_as_it_is_made() -> None:
    shown = PAGE.split("````markdown\n")[1].split("````")[0]
    assert shown == pack(thirty(), settlement=settled())["summary.md"].decode()


def test_the_table_names_every_file_of_a_pack() -> None:
    table = PAGE[PAGE.index("| file | holds |") : PAGE.index("**What to fix first**")]
    cells = [line.split("|")[1] for line in table.split("\n\n")[0].splitlines()]
    named = {name for cell in cells for name in re.findall(r"`([\w.]+)`", cell)}
    assert named == set(pack(thirty(), settlement=settled()))
