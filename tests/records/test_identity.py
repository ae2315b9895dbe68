from typing import Any

import polars as pl
import pytest

from rampart.records.identity import KEYS, record_keys
from tests.records.judged import judged, table


def keys(*rows: dict[str, Any]) -> pl.DataFrame:
    return record_keys(pl.DataFrame(pl.from_arrow(table(*rows))))


def record(**given: Any) -> dict[str, Any]:
    return judged(
        given.pop("texts", ["x", "y"]), [1, 2], **{"raw_label": '"a"', "annotator_id": "w", **given}
    )


def same(one: dict[str, Any], other: dict[str, Any]) -> tuple[bool, bool]:
    """Are the two the same judgement, the same work?"""
    frame = keys(one, other)
    return frame["exact_key"].n_unique() == 1, frame["work_key"].n_unique() == 1


def test_every_record_gets_its_three_identities_in_order() -> None:
    frame = keys(record(record_id="1"), record(record_id="2"))
    assert frame.schema == KEYS
    assert frame["record_id"].to_list() == ["1", "2"]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, (True, True)),
        ({"record_id": "other", "source_line": 9, "domain": "law"}, (True, True)),
        ({"prompt": [{"role": "user", "content": " NAME a  fruit."}]}, (True, True)),
        ({"annotator_id": "v"}, (False, True)),
        ({"raw_label": '"b"'}, (False, True)),
        ({"texts": ["y", "x"]}, (False, True)),
        ({"texts": ["x", "y "]}, (False, False)),
        ({"prompt": [{"role": "user", "content": "Name a tree."}]}, (False, False)),
    ],
)
def test_what_makes_two_records_the_same(change: dict[str, Any], expected: tuple[bool, bool]) -> None:
    assert same(record(), record(**change)) == expected


def test_without_annotators_the_judgements_of_a_line_are_told_apart_by_their_place() -> None:
    first = record(annotator_id=None, source_item=0)
    assert same(first, record(annotator_id=None, source_item=1)) == (False, True)
    assert same(first, record(annotator_id=None, source_item=0)) == (True, True)


def test_records_without_label_or_responses_have_keys_too() -> None:
    frame = keys(judged([], None, raw_label=None), judged([], None, raw_label=None))
    assert frame["exact_key"].null_count() == 0
    assert frame["exact_key"].n_unique() == 1
