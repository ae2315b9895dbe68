"""Two ways to read the same bytes give the same records, the same quarantine and the same counts."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import BinaryIO
from unittest.mock import patch

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.model import Contract
from rampart.delivery.canonicalise import Canonical
from rampart.delivery.errors import LandingError
from rampart.delivery.readers import jsonl
from simulator.mangled_rows import good_rows, mangled_file
from simulator.volume import VENDORS, Vendor, contract_of
from tests.delivery.agreement import agree, by_rows, in_small_chunks, whole
from tests.delivery.dirty_lines import LINES, LONG, dirty, line, row, terms
from tests.exhaustive import first_of

SHARE = 250  # files; forty shares make ten thousand
TERMS = terms()
GOOD = [line(row(f"r-{number}")) for number in range(5)]
ODD = [dirty(name) for name in LINES if name != LONG]


def test_two_readers_agree_about_damaged_files() -> None:
    _agree_about(range(60), seed=7)


@pytest.mark.slow
@pytest.mark.parametrize("seed", first_of(40, begin=1))
def test_two_readers_agree_about_ten_thousand_damaged_files(seed: int) -> None:
    _agree_about(range(SHARE), seed)


def _agree_about(numbers: range, seed: int) -> None:
    disagreed = []
    for number in numbers:
        data, contract = mangled_file(seed, number)
        for other in (by_rows, in_small_chunks):
            if found := agree(data, contract, whole, other):
                disagreed.append((f"mangled_file({seed}, {number})", other.__name__, found))
    assert disagreed == []


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
CHANGED = st.builds(
    lambda name, value: line(row("changed", **{name: value})), st.sampled_from(sorted(row("x"))), JSON
)


@given(
    st.lists(st.sampled_from([*GOOD, *ODD]) | CHANGED | st.binary(max_size=12), max_size=12),
    st.sampled_from([b"\n", b"\r\n"]),
    st.sampled_from([b"", b"\n", b"\n\n"]),
)
def test_two_readers_agree_about_any_lines(lines: list[bytes], end: bytes, last: bytes) -> None:
    data = end.join(lines) + last
    assert agree(data, TERMS, whole, by_rows) == ()
    assert agree(data, TERMS, whole, in_small_chunks) == ()


@pytest.mark.parametrize("vendor", VENDORS, ids=lambda vendor: vendor.id)
def test_good_rows_are_all_read(vendor: Vendor) -> None:
    rows = good_rows(vendor)
    data = b"".join(line(one) + b"\n" for one in rows)
    assert agree(data, contract_of(vendor, len(rows))) == ()
    assert whole(data, contract_of(vendor, len(rows))).records.num_rows == len(rows)


def test_damaged_files_are_of_every_fate() -> None:
    """Some are refused, in most some lines are quarantined, and all vendors have their turn."""
    refused = quarantined = kept = 0
    contracts = set()
    for number in range(150):
        data, contract = mangled_file(7, number)
        contracts.add(contract.contract_id)
        try:
            found = whole(data, contract)
        except Exception:
            refused += 1
        else:
            quarantined += found.quarantine.num_rows > 0
            kept += found.records.num_rows > 0
    assert len(contracts) == len(VENDORS)
    assert refused > 0
    assert quarantined > 50
    assert kept > 80


DATA = b"\n".join([*GOOD, b"{", b""])


def _spoilt(change: Callable[[Canonical], Canonical]) -> Callable[[bytes, Contract], Canonical]:
    return lambda data, contract: change(whole(data, contract))


def _with_first(table: pa.Table, name: str, value: object) -> pa.Table:
    rows = table.to_pylist()
    rows[0][name] = value
    return pa.Table.from_pylist(rows, schema=table.schema)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda one: replace(one, records=one.records.slice(1)), "records are 5 and 4"),
        (lambda one: replace(one, quarantine=one.quarantine.slice(1)), "quarantine are 1 and 0"),
        (lambda one: replace(one, files=(replace(one.files[0], lines=5),)), "the files were counted as"),
        (
            lambda one: replace(one, records=_with_first(one.records, "duration_s", 34.4)),
            "records, row 0, duration_s: 34.5 and 34.4",
        ),
        (
            lambda one: replace(one, quarantine=_with_first(one.quarantine, "source_line", 5)),
            "quarantine, row 0, source_line: 6 and 5",
        ),
        (lambda one: replace(one, records=one.records.drop(["turn"])), "records have other columns"),
        (lambda one: replace(one, notes=("read as cp1252",)), "the notes are"),
    ],
)
def test_a_reader_that_differs_is_found_out(change: Callable[[Canonical], Canonical], said: str) -> None:
    found = agree(DATA, TERMS, whole, _spoilt(change))
    assert any(said in one for one in found), found


def test_a_reader_that_refuses_what_the_other_takes_is_found_out() -> None:
    def refuses(_data: bytes, _contract: Contract) -> Canonical:
        raise LandingError("no", "rows.jsonl", fix="none")

    assert agree(DATA, TERMS, whole, refuses) == (
        "one: 5 records, 1 in quarantine; the other: refused (rows.jsonl: no. Fix: none.)",
    )
    assert agree(DATA, TERMS, refuses, refuses) == ()


def test_small_chunks_are_smaller_than_the_file() -> None:
    """Or the comparison would say nothing; some chunks are smaller than a line."""
    sizes = []

    def chunks(stream: BinaryIO, file: str, lend: jsonl.Lend) -> Iterator[jsonl.Chunk]:
        found = list(jsonl.jsonl_chunks(stream, file, lend))
        sizes.append(len(found))
        return iter(found)

    with patch("rampart.delivery.canonicalise.jsonl_chunks", chunks):
        for number in range(40):
            agree(*mangled_file(7, number), whole, in_small_chunks)
    assert sum(sizes[1::2]) > 4 * sum(sizes[0::2])


@pytest.mark.parametrize("written", [2**53 + 1, 2**64, -(2**64), 10**40])
def test_a_large_integer_among_floats_is_kept_as_it_was_written(written: int) -> None:
    rows = [line(row("half", label=0.5, seconds=1.5)), line(row("large", label=written, seconds=written))]
    assert agree(b"\n".join(rows), TERMS, whole, by_rows) == ()


def test_a_list_that_holds_nothing_is_told_from_no_label() -> None:
    data = b"\n".join(
        line(row(f"r-{number}", label=label)) for number, label in enumerate(([None], None, ["a"]))
    )
    assert agree(data, TERMS, whole, by_rows) == ()
    assert whole(data, TERMS).records["raw_label"].to_pylist() == ["[null]", None, '["a"]']
