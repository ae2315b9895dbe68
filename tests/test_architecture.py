"""The shape of the tree: who imports whom, how files are called, and how long they are."""

import tomllib
from pathlib import Path

import pytest
from importlinter.cli import lint_imports

TREE = Path(__file__).parents[1]
PACKAGES = (
    "benchmarks",
    "contracts",
    "dashboard",
    "flows",
    "quality",
    "rampart",
    "simulator",
    "tasks",
    "tests",
)
LONGEST = 400  # lines; a file is one idea
DUMPING_GROUNDS = {"common", "helper", "helpers", "misc", "util", "utils"}
FILES = sorted(path for package in PACKAGES for path in (TREE / package).rglob("*.py"))


def test_a_room_imports_only_what_it_may(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(TREE)
    code = lint_imports(config_filename="pyproject.toml", no_cache=True)
    assert code == 0, capsys.readouterr().out


def test_every_package_of_ours_is_under_the_import_rules() -> None:
    project = tomllib.loads((TREE / "pyproject.toml").read_text())
    ruled = project["tool"]["importlinter"]["root_packages"]
    assert sorted(ruled) == [package for package in PACKAGES if package not in ("benchmarks", "tests")]
    layers = project["tool"]["importlinter"]["contracts"][0]["layers"]
    rooms = {room.strip() for floor in layers for room in floor.replace("|", ":").split(":")}
    assert {room.split(".")[0] for room in rooms} == set(ruled) - {"simulator"}


def test_no_file_is_a_dumping_ground() -> None:
    assert len(FILES) > 100, "there are files to look at"
    assert [str(path) for path in FILES if path.stem.removeprefix("test_") in DUMPING_GROUNDS] == []


def test_no_file_is_too_long_for_one_idea() -> None:
    lengths = {str(path): len(path.read_text(encoding="utf-8").splitlines()) for path in FILES}
    assert {path: lines for path, lines in lengths.items() if lines > LONGEST} == {}
