from typing import Any

import pytest

from contracts.terms.mapping import Join
from rampart.delivery.canonicalise import Canonical
from rampart.delivery.joins import JoinRead, JoinTable, join_key
from rampart.delivery.readers import Row
from tests.delivery.reading import contract, jsonl, quarantine, read, records, said

TERMS = Join.model_validate(
    {"as": "item", "source": {"path": "items.jsonl", "format": "jsonl"}, "on": "ref", "key": "id"}
)
ROWS = {"path": "rows.jsonl", "format": "jsonl"}


def table(*values: dict[str, Any]) -> JoinTable:
    found = JoinTable(TERMS)
    for line, value in enumerate(values, start=1):
        found.take("items.jsonl", Row(line, value))
    return found


@pytest.mark.parametrize(
    "same", [(7, 7.0, "7", "7.0", " 7 "), (True, "true"), ("a-7", " a-7"), (-3, "-3.00")]
)
def test_ways_to_write_one_key_are_one_key(same: tuple[Any, ...]) -> None:
    assert len({join_key(value) for value in same}) == 1


@pytest.mark.parametrize(
    "pair",
    [
        ("007", "7"),
        ("a", "A"),
        ("1e3", "1000"),
        (2**53, 2**53 + 1),
        ("12345678901234567890", "12345678901234567891"),
        ("7.5", "7"),
        (1, True),
        ("1_0", "10"),
    ],
)
def test_different_keys_stay_different(pair: tuple[Any, Any]) -> None:
    assert join_key(pair[0]) != join_key(pair[1])


@pytest.mark.parametrize("value", [None, "", "  ", [], {}, [1]])
def test_nothing_and_groups_are_no_key(value: Any) -> None:
    assert join_key(value) is None


def test_a_row_sees_its_partner_under_the_name_the_contract_gives() -> None:
    scope: dict[str, Any] = {"ref": "7"}
    items = table({"id": 7, "text": "x"}, {"id": 8})
    assert items.attach(3, scope) is None
    assert scope == {"ref": "7", "item": {"id": 7, "text": "x"}}
    assert items.used == {("items.jsonl", 1)}


@pytest.mark.parametrize(
    ("ref", "problem"),
    [
        (9, "ref = 9 has no row in items.jsonl"),
        ("x", "ref = 'x' has"),
        (None, "ref = null has"),
        ([7], "ref = [7] has"),
    ],
)
def test_a_row_without_partner_is_told_its_key(ref: Any, problem: str) -> None:
    unread = table({"id": 7}).attach(3, {"ref": ref})
    assert unread is not None
    assert (unread.line, unread.code) == (3, "join_missing")
    assert unread.problem.startswith(problem)


def test_a_name_the_row_has_already_is_told() -> None:
    unread = table({"id": 7}).attach(3, {"ref": 7, "item": 1})
    assert unread is not None
    assert "the row has a field 'item', which the contract's `as: item` hides" in unread.problem


@pytest.mark.parametrize(
    ("value", "found"), [({"id": None}, "null"), ({}, "null"), ({"id": [1]}, "[1]"), ({"id": " "}, "' '")]
)
def test_an_item_without_key_is_told(value: dict[str, Any], found: str) -> None:
    unread = JoinTable(TERMS).take("items.jsonl", Row(4, value))
    assert unread is not None
    assert (unread.line, unread.code) == (4, "unreadable_field")
    assert unread.problem == f"delivery.join.key: id is {found}; expected an id"


def test_an_expression_that_fails_on_a_row_is_told_on_either_side() -> None:
    failing = JoinTable(TERMS.model_copy(update={"on": "split(ref, '')", "key": "split(id, '')"}))
    taken = failing.take("items.jsonl", Row(1, {"id": "x"}))
    attached = failing.attach(1, {"ref": "x"})
    assert taken is not None
    assert attached is not None
    assert taken.problem.startswith("delivery.join.key: split(id, '')")
    assert attached.problem.startswith("delivery.join.on: split(ref, '')")


def delivered(*items: dict[str, Any]) -> Any:
    record = {"prompt": "item.text", "responses": "[a, b]", "label": "label"}
    terms = contract({"rows": ROWS, "join": [TERMS.model_dump(by_alias=True)], "record": record})
    rows = jsonl({"ref": 1, "a": "x", "b": "y", "label": "a"})
    return read(terms, {"rows.jsonl": rows, "items.jsonl": jsonl(*items)})


def test_the_same_row_twice_under_a_key_is_set_aside_once_and_serves() -> None:
    found = delivered({"id": 1, "text": "?"}, {"id": 1, "text": "?"}, {"id": 2, "text": "!"})
    assert [said(one) for one in records(found)] == [[("user", "?")]]
    assert [(one["source_file"], one["source_line"], one["code"]) for one in quarantine(found)] == [
        ("items.jsonl", 2, "duplicate_key")
    ]
    assert [(file.role, file.lines, file.records, file.quarantined) for file in found.files] == [
        ("items", 3, 1, 1),
        ("rows", 1, 1, 0),
    ]


def test_different_rows_under_one_key_serve_nobody() -> None:
    found = delivered({"id": 1, "text": "?"}, {"id": 1, "text": "!"})
    assert records(found) == []
    assert [(one["source_file"], one["code"]) for one in quarantine(found)] == [
        ("items.jsonl", "duplicate_key"),
        ("rows.jsonl", "join_ambiguous"),
    ]


def test_a_damaged_line_of_a_joined_file_is_told_once() -> None:
    terms = contract(
        {
            "rows": ROWS,
            "join": [
                {**TERMS.model_dump(by_alias=True), "as": name, "key": key}
                for name, key in (("one", "id"), ("two", "no"))
            ],
        }
    )
    items = b'{"id": 1, "no": 1}\nbroken\n{"id": 2}\n'
    rows = jsonl({"ref": 1, "prompt": "?", "a": "x", "b": "y", "label": "a"})
    found = read(terms, {"rows.jsonl": rows, "items.jsonl": items})
    assert [(one["source_line"], one["code"]) for one in quarantine(found)] == [
        (2, "unreadable_line"),
        (3, "unreadable_field"),
    ]
    assert [(file.lines, file.records, file.quarantined) for file in found.files] == [(3, 1, 2), (1, 1, 0)]


SEVERAL = {
    "as": "item",
    "source": {"path": "items.jsonl", "format": "jsonl"},
    "on": ["ref", "lang"],
    "key": ["id", "language"],
}


def joined(*rows: dict[str, Any], items: tuple[dict[str, Any], ...], **more: Any) -> Canonical:
    terms = contract({"rows": ROWS, "join": [{**SEVERAL, **more}], "record": {**RECORD_FROM_ITEM}})
    return read(terms, {"rows.jsonl": jsonl(*rows), "items.jsonl": jsonl(*items)})


RECORD_FROM_ITEM = {"prompt": "not_null(item.text, 'no text')", "responses": "[a, b]", "label": "label"}
VOTE = {"a": "x", "b": "y", "label": "a"}
ITEMS = (
    {"id": 1, "language": "de", "text": "Nenne Obst."},
    {"id": 1, "language": "en", "text": "Name a fruit."},
    {"id": "1-d", "language": "e", "text": "Not 1 and de."},
)


def test_several_fields_make_one_key_and_never_run_into_each_other() -> None:
    found = joined({**VOTE, "ref": "1", "lang": "en"}, {**VOTE, "ref": 1.0, "lang": "de"}, items=ITEMS)
    assert [said(one)[0][1] for one in records(found)] == ["Name a fruit.", "Nenne Obst."]
    assert found.joins == (JoinRead("item", "items.jsonl", rows=2, alone=0, unused=1),)


def test_a_key_of_several_fields_is_told_with_all_of_them() -> None:
    found = joined({**VOTE, "ref": 1, "lang": "fr"}, {**VOTE, "ref": 1}, items=(*ITEMS, ITEMS[0]))
    assert [(one["code"], one["problem"]) for one in quarantine(found)] == [
        ("duplicate_key", "the join key id = 1, language = 'de' was used by an earlier row; keys are unique"),
        ("join_missing", "ref = 1, lang = 'fr' has no row in items.jsonl"),
        ("join_missing", "ref = 1, lang = null has no row in items.jsonl"),
    ]


def test_a_part_of_a_key_that_is_none_is_named() -> None:
    found = joined({**VOTE, "ref": 1, "lang": "en"}, items=(*ITEMS, {"id": 2, "language": None}))
    assert [one["problem"] for one in quarantine(found)] == [
        "delivery.join.key: language is null; expected an id"
    ]


def test_a_row_without_partner_may_be_kept_and_is_counted() -> None:
    rows = ({**VOTE, "ref": 1, "lang": "en"}, {**VOTE, "ref": 9, "lang": "en"}, {**VOTE})
    found = joined(*rows, items=ITEMS, unmatched="keep")
    assert [said(one)[0][1] for one in records(found)] == ["Name a fruit.", "no text", "no text"]
    assert found.joins == (JoinRead("item", "items.jsonl", rows=1, alone=2, unused=2),)
    assert [(file.role, file.lines, file.records, file.quarantined) for file in found.files] == [
        ("items", 3, 1, 0),
        ("rows", 3, 3, 0),
    ]


def test_an_ambiguous_partner_is_never_kept_as_no_partner() -> None:
    items = (*ITEMS, {"id": 1, "language": "en", "text": "Another."})
    found = joined({**VOTE, "ref": 1, "lang": "en"}, items=items, unmatched="keep")
    assert [one["code"] for one in quarantine(found)] == ["duplicate_key", "join_ambiguous"]
    assert records(found) == []
