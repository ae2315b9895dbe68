"""Thousands of broken deliveries: each is absent, refused in a sentence, or counted to the last line."""

import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from rampart.delivery import readers
from rampart.delivery.compression import Decompressed
from rampart.delivery.readers import Row
from rampart.delivery.readers.csv_rows import csv_rows
from rampart.delivery.readers.jsonl import jsonl_rows
from simulator.mangled_deliveries import fuzz, fuzzing, trying
from simulator.mangled_deliveries.__main__ import main
from simulator.mangled_deliveries.archives import ZIP as ARCHIVES
from simulator.mangled_deliveries.bytes import BYTES
from simulator.mangled_deliveries.case import Case
from simulator.mangled_deliveries.columns import LONG_COLUMNS, PARQUET
from simulator.mangled_deliveries.fuzzing import LONGEST_S, MOST_MB
from simulator.mangled_deliveries.lines import DOCUMENTS, LINES, LONG_DOCUMENTS, LONG_LINES
from simulator.mangled_deliveries.making import make
from simulator.mangled_deliveries.manifest_tables import TABLES
from simulator.mangled_deliveries.manifests import MANIFESTS
from simulator.mangled_deliveries.oracle import Tried, tried
from simulator.mangled_deliveries.packing import BOMBS, GZIP, ZSTD
from simulator.mangled_deliveries.tables import CSV, LONG_CELLS
from tests.exhaustive import first_of

SEED = 7
LARGE = (*BOMBS, *LONG_CELLS, *LONG_COLUMNS, *LONG_DOCUMENTS, *LONG_LINES)


def test_broken_deliveries_are_refused_in_a_sentence_or_counted_whole() -> None:
    found = fuzz(SEED, 200)
    assert found.violations == ()
    assert found.cases == found.refused + found.taken_in + found.absent == 200
    assert found.refused > 70, "the damage breaks too little"
    assert found.taken_in > 50, "the damage breaks everything"
    assert found.absent > 0
    assert found.booked > 2
    assert found.rows > 700


@pytest.mark.slow
@pytest.mark.parametrize("seed", first_of(40, begin=1))
def test_of_ten_thousand_broken_deliveries_none_leaves_a_traceback_a_hang_or_a_lost_line(seed: int) -> None:
    found = fuzz(seed, 250)
    assert found.violations == ()
    assert found.cases == found.refused + found.taken_in + found.absent == 250
    assert found.taken_in > 60
    assert found.booked > 2
    assert found.slowest_s < LONGEST_S
    assert found.peak_mb < MOST_MB


def test_the_same_seed_and_number_make_the_same_delivery() -> None:
    assert [make(3, number) for number in range(30)] == [make(3, number) for number in range(30)]
    assert [make(3, number).files for number in range(30)] != [make(4, number).files for number in range(30)]


@pytest.mark.slow
@pytest.mark.exhaustive
def test_every_damage_is_done_to_a_good_file_by_some_case() -> None:
    done = {name for number in range(6_000) for name in make(SEED, number).done}
    damages = [*ARCHIVES, *BYTES, *PARQUET, *LINES, *DOCUMENTS, *MANIFESTS, *TABLES, *GZIP, *ZSTD, *CSV]
    assert {damage.name for damage in [*damages, *LARGE]} - done == set()


def test_a_case_is_tried_again_by_one_command(capsys: pytest.CaptureFixture[str]) -> None:
    command = make(SEED, 3).replay.split()
    assert command[:3] == ["python", "-m", "simulator.mangled_deliveries"]
    done = subprocess.run([sys.executable, *command[1:]], capture_output=True, text=True, check=True)
    assert str(make(SEED, 3)) in done.stdout
    assert "nothing is wrong" in done.stdout
    assert done.stderr == ""
    assert main(["seven"]) == 2
    assert "expected a seed and a number" in capsys.readouterr().err


def _tried(root: Path, wanted: Callable[[Case], bool], most: int = 3_000) -> Iterator[Tried]:
    """Every case of a seed that is `wanted`, tried."""
    for number in range(most):
        case = make(SEED, number)
        if wanted(case):
            yield tried(case, root / str(number))


def _first_problems(root: Path, wanted: Callable[[Case], bool]) -> str:
    """What the oracle says of the first wanted case it finds fault with."""
    return next(("; ".join(found.problems) for found in _tried(root, wanted) if found.problems), "nothing")


def _done(*names: str) -> Callable[[Case], bool]:
    return lambda case: case.done == names


def test_a_reader_that_skips_a_bad_line_is_found_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read = jsonl_rows
    monkeypatch.setattr(
        readers, "jsonl_rows", lambda *given: (row for row in read(*given) if isinstance(row, Row))
    )
    said = _first_problems(tmp_path, _done("dirty lines"))
    assert "lines were read, another count finds" in said


def test_a_reader_that_loses_a_good_row_is_found_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read = csv_rows
    monkeypatch.setattr(readers, "csv_rows", lambda *given: list(read(*given))[:-1])
    said = _first_problems(tmp_path, lambda case: case.done == () and "csv" in case.contract.contract_id)
    assert "good rows came" in said


def test_losing_all_gzip_members_but_the_first_is_found_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    step = Decompressed._decompress

    def first_only(self: Decompressed, member: Any, data: bytes) -> bytes:
        text = step(self, member, data)
        self._ended = member.eof
        return text

    monkeypatch.setattr(Decompressed, "_decompress", first_only)
    without_counts = "dc-jsonl-none"  # a manifest would tell that rows are missing
    said = _first_problems(
        tmp_path, lambda case: case.done == () and case.contract.contract_id == without_counts
    )
    assert "good rows came" in said


@pytest.mark.parametrize("error", [ValueError("bare"), KeyError("label"), RecursionError(), MemoryError()])
def test_any_other_error_than_a_sentence_is_found_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def broken(*_: object) -> Iterator[Row]:
        raise error

    monkeypatch.setattr(readers, "csv_rows", broken)
    said = _first_problems(tmp_path, lambda case: "csv" in case.contract.contract_id)
    assert said.startswith(f"{type(error).__name__}: ")
    assert "test_mangled_deliveries.py, line" in said


def test_a_warning_and_a_file_left_behind_are_found_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def untidy(case: Case, root: Path) -> Tried:
        warnings.warn("careless", stacklevel=1)
        (root / "temporary" / "forgotten").touch()
        return Tried("taken in", case.replay, ())

    monkeypatch.setattr("simulator.mangled_deliveries.oracle._taken_in", untidy)
    found = tried(make(SEED, 0), tmp_path)
    assert found.problems == ("a warning: careless", "a temporary file was left: forgotten")


def test_what_must_be_refused_may_not_be_taken_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rampart.delivery.landing._check_bytes", lambda *_: None)
    said = _first_problems(tmp_path, _done("manifest: another digest"))
    assert "it must be refused, but was taken in" in said


def test_a_case_that_takes_too_long_or_too_much_memory_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trying, "LONGEST_S", 0.0)
    monkeypatch.setattr(trying, "MOST_MB", -1)
    monkeypatch.setattr(trying, "_said", lambda: 0)
    slow, large = trying.measured(make(SEED, 2), tmp_path)["problems"][-2:]
    assert "it took" in slow and "s, more than 0" in slow
    assert "it took" in large and "MB, more than -1" in large


CHILD = """
import json, os, sys, time
seed, first, last, scratch = sys.argv[1:]
one = {"outcome": "refused", "problems": [], "rows": 0, "booked": False, "seconds": 0.1, "mb": 90.0}
for number in range(int(first), int(last)):
    if number == 1: os.abort()
    if number == 3: print("Traceback: so it was", file=sys.stderr, flush=True); time.sleep(60)
    print(json.dumps(one), flush=True)
"""


def test_a_child_that_dies_or_hangs_costs_one_case_and_is_told_with_its_replay(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(fuzzing, "_CHILD", (sys.executable, "-c", CHILD))
    monkeypatch.setattr(fuzzing, "HANG_S", 2.0)
    found = fuzz(5, 5)
    assert (found.cases, found.refused) == (5, 3)
    assert found.violations == (
        "the process ended with -6 [python -m simulator.mangled_deliveries 5 1]",
        "no answer within 2 s: Traceback: so it was [python -m simulator.mangled_deliveries 5 3]",
    )


def test_a_run_whose_children_never_start_ends_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fuzzing, "_CHILD", ("false",))
    found = fuzz(5, 1_000)
    assert found.cases == fuzzing.MOST_LOST + 1
    assert all(one.startswith("the process ended with 1") for one in found.violations)
