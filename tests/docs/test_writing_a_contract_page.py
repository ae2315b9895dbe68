"""The page about `contract new` shows what the command writes."""

import textwrap
from datetime import date
from pathlib import Path

import pytest

from rampart.drafting.skeleton import Answers
from tests.docs.pages import ROOT, blocks
from tests.drafting.drafts import drafted

PAGE = ROOT / "docs" / "writing-a-contract.md"
BLOCKS = list(blocks(PAGE))
SHOWN = {block.caption: block.text for block in BLOCKS}


def test_the_draft_the_page_shows_is_the_one_written_for_its_files(tmp_path: Path) -> None:
    for name in ("votes.csv", "pairs.jsonl"):
        (tmp_path / name).write_text(SHOWN[f"The file `{name}`:"], encoding="utf-8")
    found = drafted([tmp_path / "votes.csv", tmp_path / "pairs.jsonl"])
    assert textwrap.indent(SHOWN["The draft:"].strip(), " " * 6) in found.text
    assert found.rankings == [[1, 2], [1, 1], [2, 1], [2, 1]]
    assert [record["duration_s"] for record in found.records] == pytest.approx([41.2, 18.9, 35.5, 27.0])


def test_the_standard_ramp_the_page_names_is_the_default() -> None:
    default = Answers("Acme", "Votes", date(2026, 1, 5))
    (command,) = (line for block in BLOCKS for line in block.text.splitlines() if "--volumes" in line)
    assert f"--weeks {default.weeks} --volumes {','.join(map(str, default.volumes))} " in command
