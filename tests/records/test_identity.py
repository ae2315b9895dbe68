from typing import Any

import polars as pl
import pytest

from rampart.records.identity import KEYS, record_keys, with_item_ids
from tests.records.judged import judged, table


def keys(*rows: dict[str, Any]) -> pl.DataFrame:
    return record_keys(pl.DataFrame(pl.from_arrow(table(*rows))))


def record(**given: Any) -> dict[str, Any]:
    texts, ranking = given.pop("texts", ["x", "y"]), given.pop("ranking", [1, 2])
    return judged(texts, ranking, **{"raw_label": '"a"', "annotator_id": "w", **given})


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
        ({"raw_label": '"b"', "ranking": [2, 1]}, (False, True)),
        ({"ranking": [2, 1]}, (False, True)),  # one label in the file, but shown in the other order
        ({"strength": 0.5}, (False, True)),
        ({"both_bad": True}, (False, True)),
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


@pytest.mark.parametrize("spelt", ['"A"', '" a"', '"first"', "1", "1.0", '"1e0"'])
def test_one_label_in_two_spellings_is_one_judgement(spelt: str) -> None:
    assert same(record(), record(raw_label=spelt)) == (True, True)
    outside = {"ranking": None, "raw_label": '"Both"'}
    assert same(record(**outside), record(**{**outside, "raw_label": '" both "'})) == (True, True)
    assert same(record(**outside), record(ranking=None, raw_label=spelt)) == (False, True)


SPAN = {"response": 0, "start": 1, "end": 4, "label": "wrong"}
OTHER = {"response": 0, "start": 2, "end": 4, "label": "wrong"}


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        ({"ratings": [7.0, 0.0]}, {"ratings": [7, -0.0]}, True),
        ({"ratings": [7.0, 1.0]}, {"ratings": [7.0, 2.0]}, False),
        ({"scheme": "category", "category": "spam"}, {"scheme": "category", "category": "ham"}, False),
        ({"scheme": "category", "category": "spam"}, {"scheme": "category", "category": "spam"}, True),
        ({"scheme": "spans", "spans": [SPAN, OTHER]}, {"scheme": "spans", "spans": [OTHER, SPAN]}, True),
        ({"scheme": "spans", "spans": [SPAN]}, {"scheme": "spans", "spans": [OTHER]}, False),
        ({"scheme": "spans", "spans": [SPAN]}, {"scheme": "spans", "spans": []}, False),
        ({"scheme": "demonstration"}, {"scheme": "demonstration", "spans": [SPAN]}, True),
    ],
)
def test_a_judgement_is_what_its_scheme_understood(
    one: dict[str, Any], other: dict[str, Any], equal: bool
) -> None:
    first, second = (
        record(texts=["xxxxx"], ranking=None, raw_label=label, **given)
        for label, given in (('"one"', one), ('"two"', other))
    )
    assert same(first, second)[0] is equal


def test_a_record_without_an_item_gets_the_digest_of_its_work() -> None:
    rows = table(record(item_id=None), record(item_id="i7"), record(item_id=None, texts=["y", "x"]))
    found = with_item_ids(rows)["item_id"].to_pylist()
    work = record_keys(pl.DataFrame(pl.from_arrow(rows)))["work_key"].to_list()
    assert found == [work[0], "i7", work[0]]
    assert with_item_ids(table(record(item_id="i7"))).equals(table(record(item_id="i7")))
