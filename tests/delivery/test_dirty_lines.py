"""Every dirty line ends in the one place that docs/deliveries.md gives, and changes nothing around it."""

from collections import Counter
from typing import Any

import pytest

from rampart.delivery.canonicalise import Canonical
from rampart.delivery.errors import UnreadableFileError
from rampart.records.canonical import RECORD
from tests.delivery.dirty_lines import DIRTY, GOOD, LINES, LONG, Ends, dirty, line, row, surroundings, terms
from tests.delivery.reading import quarantine, read, records
from tests.docs.pages import ROOT, code, table

PAGE = ROOT / "docs" / "deliveries.md"
NAMES = [pytest.param(name, marks=pytest.mark.slow) if name == LONG else name for name in LINES]


def read_lines(*lines: bytes, end: bytes = b"\n") -> Canonical:
    return read(terms(), {"rows.jsonl": b"\n".join(lines) + end})


def by_id(found: Canonical) -> dict[str, dict[str, Any]]:
    """The records without their place in the file."""
    return {
        record["record_id"]: {name: value for name, value in record.items() if name != "source_line"}
        for record in records(found)
    }


CLEAN = by_id(read_lines(GOOD))[DIRTY]


@pytest.mark.parametrize("name", NAMES)
def test_a_dirty_line_ends_where_the_page_says_and_its_neighbours_stay_what_they_were(name: str) -> None:
    ends, data = LINES[name][1], dirty(name)
    for place, before, behind, last in surroundings(name):
        around = [each for each in (*before, *behind) if each.strip()]
        if not around and ends == Ends():
            with pytest.raises(UnreadableFileError, match="the delivery holds no row"):
                read_lines(data, end=last)
            continue
        found = read_lines(*before, data, *behind, end=last)
        _check_place(found, ends, len(before) + 1, place)
        _check_sums(found, ends, len(around), place)
        if around:
            neighbours = by_id(read_lines(*around))
            assert {key: value for key, value in by_id(found).items() if key != DIRTY} == neighbours, place


def _check_place(found: Canonical, ends: Ends, number: int, place: str) -> None:
    entries = [(one["source_line"], one["source_item"], one["code"]) for one in quarantine(found)]
    each_its_line = len(ends.quarantine) > 1
    assert [(at, code) for at, _, code in entries] == [
        (number + (step if each_its_line else 0), code) for step, (code, _) in enumerate(ends.quarantine)
    ], place
    for one, (_, said) in zip(quarantine(found), ends.quarantine, strict=True):
        assert said in one["problem"], place
        assert one["source_file"] == "rows.jsonl"
        assert one["excerpt"].isprintable()
    if ends.fields is None:
        assert DIRTY not in by_id(found), place
    else:
        record = by_id(found)[DIRTY]
        as_delivered = {"raw_label": record["raw_label"]}
        assert record == {**CLEAN, **as_delivered, **ends.fields}, place
        assert {at["source_line"] for at in records(found) if at["record_id"] == DIRTY} == {number}, place


def _check_sums(found: Canonical, ends: Ends, around: int, place: str) -> None:
    (file,) = found.files
    unread, kept = len(ends.quarantine), ends.fields is not None
    assert (file.lines, file.records, file.quarantined) == (around + kept + unread, around + kept, unread), (
        place
    )
    assert found.records.num_rows + found.quarantine.num_rows == file.lines, place


def test_all_dirty_lines_in_one_file_end_where_each_ends_alone() -> None:
    names = [name for name in LINES if name not in (LONG, "bom-at-start")]
    lines = [part for name in names for part in (line(row(f"before-{name}")), dirty(name))]
    found = read_lines(*lines)
    expected = Counter(code for name in names for code, _ in LINES[name][1].quarantine)
    assert Counter(one["code"] for one in quarantine(found)) == expected
    kept = sum(LINES[name][1].fields is not None for name in names)
    assert found.records.num_rows == len(names) + kept
    assert found.records.schema == RECORD


def test_the_page_tells_where_every_dirty_line_ends() -> None:
    told = {
        code(name): (where, said)
        for name, _, where, said in table(PAGE, "case", "a line with", "ends as", "what is said")
    }
    assert list(told) == list(LINES)
    for name, (where, said) in told.items():
        ends = LINES[name][1]
        assert where == ends.word, name
        if ends.quarantine:
            assert code(said) == ends.quarantine[0][1], name
