import os
import re
import shlex
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from rampart.cli import main
from tests.docs.pages import ROOT, blocks

PAGE = ROOT / "docs" / "exporting.md"
LINES = [
    line.partition("|")[0].strip()
    for block in blocks(PAGE)
    if block.language == "sh"
    for line in block.text.replace("\\\n", " ").splitlines()
]
RUN = [line for line in LINES if "contracts/specs" in line]
DATA = Path(os.environ.get("RAMPART_TEST_DATA", ROOT.parent / "shared" / "data")) / "llmfao"


@pytest.mark.parametrize("line", RUN)
def test_a_command_of_the_page_does_what_it_says(
    line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    words = shlex.split(re.sub(r"(contracts/specs/\S+)", rf"{ROOT}/\1", line))
    if "--sample" in words:
        if not DATA.is_dir():
            pytest.skip(f"no {DATA}: set RAMPART_TEST_DATA to the folder with the public sample data")
        words = [
            str(DATA / word) if before == "--sample" else word for before, word in pairwise(["", *words])
        ]
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", words)
    with pytest.raises(SystemExit) as end:
        main()
    assert end.value.code in (0, None)
    written = [path.read_text(encoding="utf-8") for path in tmp_path.iterdir()]
    assert len("".join(written) or capsys.readouterr().out) > 1000


def test_the_page_s_commands_were_found() -> None:
    assert len(RUN) == 6
