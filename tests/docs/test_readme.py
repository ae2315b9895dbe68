import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from contracts.load import parse_contract
from contracts.model import Contract
from rampart.delivery.canonicalise import canonicalise
from rampart.delivery.landing import land
from rampart.delivery.local_store import LocalStore
from tests.docs.pages import ROOT, blocks, code, table

PAGE = ROOT / "README.md"
BLOCKS = list(blocks(PAGE))


def block(caption: str) -> str:
    (found,) = (each.text for each in BLOCKS if each.caption == caption)
    return found


@pytest.fixture
def contract() -> Contract:
    return parse_contract(block("The contract:").encode(), "acme.odcs.yaml")


def test_the_first_contract_reads_the_first_file(contract: Contract, tmp_path: Path) -> None:
    (tmp_path / "incoming").mkdir()
    (tmp_path / "incoming" / "votes.csv").write_text(block("The file `votes.csv`:"), encoding="utf-8")
    store = LocalStore(tmp_path / "store")
    landed = land(LocalStore(tmp_path / "incoming"), "", contract, 1, store)
    read = canonicalise(landed, contract, store, b"a key for the docs")
    assert read.records["ranking"].to_pylist() == [[1, 2], [2, 1], [1, 2]]
    assert read.quarantine.num_rows == 0


def test_the_first_contract_plans_as_many_units_as_the_first_file_has(contract: Contract) -> None:
    assert contract.week(1).units == len(block("The file `votes.csv`:").splitlines()) - 1


def test_the_table_of_rooms_names_every_top_level_package() -> None:
    rooms = {code(row[0]).strip("/") for row in table(PAGE, "room", "holds")}
    packages = {found.parent.name for found in ROOT.glob("*/__init__.py")}
    assert packages <= rooms
    assert all((ROOT / room).is_dir() for room in rooms)


def test_the_rooms_of_rampart_and_the_flows_are_all_named() -> None:
    held = {code(row[0]).strip("/"): row[1] for row in table(PAGE, "room", "holds")}
    rooms = {found.parent.name for found in (ROOT / "rampart").glob("*/__init__.py")}
    words = {"retrain": "retraining", "cli": "command line"}
    assert {room for room in rooms if words.get(room, room) not in held["rampart"]} == set()
    flows = {path.stem for path in (ROOT / "flows").glob("*.py") if "@flow" in path.read_text("utf-8")}
    assert len(flows) >= 7
    words = {"process_delivery": "one delivery"}
    assert {flow for flow in flows if words.get(flow, flow) not in held["flows"]} == set()


def plain(text: str) -> list[str]:
    """Lines without rules, and with runs of blanks as one."""
    return [" ".join(re.sub(r"[─━]+", "", line).split()) for line in text.splitlines()]


@pytest.mark.slow
def test_the_demonstration_prints_what_the_page_shows(tmp_path: Path) -> None:
    clean = {
        name: value for name, value in os.environ.items() if not name.startswith(("RAMPART_", "PREFECT_"))
    }
    ran = subprocess.run(
        [Path(sys.executable).with_name("rampart"), "demo"],
        env={**clean, "RAMPART_HOME": str(tmp_path / "home"), "COLUMNS": "2000"},
        capture_output=True,
        text=True,
        check=True,
    )
    printed = plain(ran.stdout)
    (shown,) = (each.text for each in BLOCKS if each.language == "text" and "delivered" in each.text)
    for line in plain(shown):
        wanted = line.removesuffix("…").strip()
        assert any(
            found == wanted or (line.endswith("…") and found.startswith(wanted)) for found in printed
        ), line
