import hashlib
import hmac
from typing import Any

import pytest

from contracts.model import Contract
from rampart.delivery.limits import MOST_RESPONSES
from rampart.delivery.mapping import RecordMapper
from rampart.delivery.readers import Unread
from rampart.delivery.scope import Judgement
from tests.delivery.reading import PLAIN, contract

ROW: dict[str, Any] = {"prompt": "Name a fruit.", "a": "Apple", "b": "Chair", "label": "a", "who": "w7"}


def terms(
    record: dict[str, Any] | None = None, annotation: dict[str, Any] | None = None, **more: Any
) -> Contract:
    delivery = {"rows": {"path": "rows.jsonl", "format": "jsonl"}, "record": {**PLAIN, **(record or {})}}
    return contract({**delivery, **more.pop("delivery", {})}, annotation, **more)


def mapped(row: dict[str, Any], asked: Contract | None = None, key: bytes = b"key") -> Any:
    return RecordMapper(asked or terms(), key).record(Judgement(2, row), "f.jsonl", 9)


def refused(row: dict[str, Any], asked: Contract | None = None) -> Unread:
    found = mapped(row, asked)
    assert isinstance(found, Unread)
    assert (found.line, found.item, found.code) == (9, 2, "unreadable_field")
    return found


def test_a_record_knows_its_place_and_is_named_by_it_without_an_id() -> None:
    found = mapped(ROW)
    assert (found["source_file"], found["source_line"], found["source_item"]) == ("f.jsonl", 9, 2)
    assert found["record_id"] == "f.jsonl:9:2"
    assert mapped({**ROW, "id": 4}, terms({"record_id": "id"}))["record_id"] == "4"


def test_fields_the_contract_does_not_name_stay_empty() -> None:
    found = mapped(ROW)
    empty = {name for name, value in found.items() if value is None}
    assert empty >= {
        "annotator_id",
        "started_at",
        "submitted_at",
        "duration_s",
        "domain",
        "rationale",
        "turn",
    }


def test_every_field_of_a_record_can_be_mapped() -> None:
    everything = {
        "record_id": "'r'", "item_id": "'i'", "conversation_id": "'c'", "turn": "`3`", "annotator_id": "who",
        "prompt_author_id": "'author'", "started_at": "'2026-01-05T08:00:00Z'",
        "submitted_at": "'2026-01-05T08:01:00Z'",
        "duration_s": "'60'", "domain": "'law'", "language": "'de'", "guideline_version": "`2`",
        "work_order_item": "'wo-1'", "rationale": "'Because.'",
    }  # fmt: skip
    found = mapped(ROW, terms(everything))
    assert {name for name in everything if found[name] is None} == set()
    assert (found["turn"], found["duration_s"], found["guideline_version"]) == (3, 60.0, "2")
    assert (found["submitted_at"] - found["started_at"]).total_seconds() == 60


def test_the_contracts_guideline_holds_where_the_file_names_none() -> None:
    asked = terms(
        {"guideline_version": "version"}, {"scheme": {"kind": "binary"}, "guideline": {"version": "v3"}}
    )
    assert mapped(ROW, asked)["guideline_version"] == "v3"
    assert mapped({**ROW, "version": "v4"}, asked)["guideline_version"] == "v4"


def test_a_label_the_scheme_does_not_know_is_kept_and_compares_nothing() -> None:
    found = mapped({**ROW, "label": {"odd": ["ä"]}})
    assert found["raw_label"] == '{"odd": ["ä"]}'
    assert [found[name] for name in ("ranking", "strength", "both_bad", "ratings")] == [None] * 4
    assert mapped({**ROW, "label": None})["raw_label"] is None


def test_annotators_become_a_keyed_hash_that_no_other_vendor_or_key_shares() -> None:
    asked = terms({"annotator_id": "who", "prompt_author_id": "who"})
    found = mapped(ROW, asked)
    digest = hmac.new(b"key", b"acme\x1fw7", hashlib.sha256).hexdigest()[:16]
    assert found["annotator_id"] == found["prompt_author_id"] == digest
    other_vendor = terms({"annotator_id": "who"}, vendor={"id": "birch", "name": "Birch"})
    others = {mapped(ROW, asked, b"other key")["annotator_id"], mapped(ROW, other_vendor)["annotator_id"]}
    assert len({digest, *others}) == 3
    assert "w7" not in str(found)
    assert mapped({**ROW, "who": " "}, asked)["annotator_id"] is None
    assert (
        mapped({**ROW, "who": 7}, asked)["annotator_id"] == mapped({**ROW, "who": "7"}, asked)["annotator_id"]
    )


@pytest.mark.parametrize(
    ("field", "expression", "value", "problem"),
    [
        ("prompt", "x", [{"role": "bot", "content": "x"}], "prompt: [0].role: 'bot' is none of"),
        ("label", "split(x, '-')", 7, "label: split(x, '-'): "),
        ("record_id", "x", 1.5, "record_id: expected an id, found a number (1.5)"),
        ("annotator_id", "x", {"id": 7}, 'annotator_id: expected an id, found an object ({"id":7})'),
        ("duration_s", "x", "a minute", "duration_s: expected a number, found text ('a minute')"),
        ("turn", "x", 1.5, "turn: expected a whole number, found a number (1.5)"),
        ("started_at", "x", "soon", "started_at: expected a moment as iso8601, found text ('soon')"),
        (
            "domain",
            "x",
            7,
            "domain: expected text, found a number (7); to_string() in the expression takes it",
        ),
        ("language", "x", True, "language: expected text, found true or false (true)"),
        ("rationale", "from_json(x)", "{", "rationale: from_json: "),
        ("responses", "x", "Apple", "responses: expected a list, found text ('Apple')"),
        ("responses", "x", [7], "responses[0].content: expected text, found a number (7)"),
        ("responses", "x", [{"text": "Apple"}], 'responses[0]: has no content, only ["text"]; give {content'),
        (
            "responses",
            "x",
            [{"content": "Apple", "checkpoint_id": 1.5}],
            "responses[0].checkpoint_id: expected an id",
        ),
        (
            "responses",
            "x",
            ["y"] * (MOST_RESPONSES + 1),
            "responses: 101 responses, at most 100 can be compared",
        ),
        ("responses", "split(x, '')", "y", "responses: split(x, ''): empty separator"),
        (
            "responses",
            [{"content": "a"}, {"content": "x"}],
            7,
            "responses[1].content: expected text, found a number",
        ),
        ("responses", [{"content": "lower(x)"}], 7, "responses[0]: lower(x): "),
        ("label", "x", "\ud800", "label: expected text, found half a character"),
        pytest.param("label", "x", 10**5000, "label: Exceeds the limit", id="huge"),
    ],
)
def test_a_field_that_cannot_be_read_is_named_with_what_was_found(
    field: str, expression: Any, value: Any, problem: str
) -> None:
    found = refused({**ROW, "x": value}, terms({field: expression}))
    assert found.problem.startswith(problem)
    assert found.problem.isprintable()


@pytest.mark.parametrize(
    "value",
    ["\x1b[31m\r\n\t\u202e" * 100, "ä" * 10_000, 10**5000, {"\x07": "\x07"}],
    ids=["escapes", "long", "huge", "key"],
)
def test_an_excerpt_is_short_and_does_nothing_to_a_terminal(value: Any) -> None:
    found = refused({"x": value, **ROW, "prompt": 7})
    assert len(found.excerpt) <= 200
    assert found.excerpt.isprintable()
    assert len(found.problem) <= 401


def test_responses_may_be_plain_texts_objects_or_missing() -> None:
    plain = mapped({**ROW, "x": ["Apple", None]}, terms({"responses": "x"}))["responses"]
    assert [(one["response_id"], one["content"]) for one in plain] == [("0", "Apple"), ("1", "")]
    objects = mapped({**ROW, "x": [{"content": "Apple", "response_id": "r"}]}, terms({"responses": "x"}))[
        "responses"
    ]
    assert [(one["response_id"], one["checkpoint_id"]) for one in objects] == [("r", None)]
    assert mapped(ROW, terms({"responses": "missing"}))["responses"] == []


def test_one_mapper_reads_many_rows_without_mixing_them() -> None:
    asked = terms({"annotator_id": "who", "domain": "domain"})
    mapper = RecordMapper(asked, b"key")
    one = mapper.record(Judgement(0, {**ROW, "domain": "law"}), "f", 1)
    other = mapper.record(Judgement(0, {**ROW, "who": "w8"}), "f", 2)
    assert not isinstance(one, Unread)
    assert not isinstance(other, Unread)
    assert (one["domain"], other["domain"]) == ("law", None)
    assert one["annotator_id"] != other["annotator_id"]


RULES = [
    {"test": "prompt != b", "problem": "the answer repeats the question"},
    {"test": "length(a) > `2`", "problem": "the first answer is too short"},
]


def test_a_row_that_breaks_a_rule_of_the_buyer_goes_to_the_quarantine_with_its_sentence() -> None:
    asked = terms(delivery={"require": RULES})
    assert mapped(ROW, asked)["record_id"] == "f.jsonl:9:2"
    for broken, problem in (
        ({"b": "Name a fruit."}, "the answer repeats the question"),
        ({"a": "x"}, "the first answer is too short"),
        ({"a": "x", "b": "Name a fruit."}, "the answer repeats the question"),
    ):
        found = mapped({**ROW, **broken}, asked)
        assert isinstance(found, Unread)
        assert (found.line, found.item, found.code, found.problem) == (9, 2, "not_as_required", problem)


def test_a_rule_that_gives_null_is_broken_and_one_that_cannot_be_read_is_told() -> None:
    asked = terms(delivery={"require": [{"test": "checked", "problem": "nobody checked it"}]})
    assert mapped(ROW, asked).problem == "nobody checked it"
    asked = terms(delivery={"require": [{"test": "length(n) > `1`", "problem": "too short"}]})
    assert refused({**ROW, "n": 3}, asked).problem.startswith("delivery.require[0].test: length(n) > `1`: ")


def test_scores_that_are_not_one_for_each_response_are_told() -> None:
    asked = terms({"aspects": "aspects"})
    assert mapped({**ROW, "aspects": {"helpful": [1, 2], "all": 3}}, asked)["aspects"] == [
        {"axis": "all", "scores": [3.0]},
        {"axis": "helpful", "scores": [1.0, 2.0]},
    ]
    found = refused({**ROW, "aspects": {"helpful": [1, 2, 3]}}, asked)
    assert found.problem.startswith("aspects: helpful has 3 scores for 2 responses; list[].x drops nulls")


def test_a_label_about_nothing_is_set_aside() -> None:
    asked = terms({"item_id": "item"})
    nothing = {"prompt": None, "a": None, "b": None, "label": "a"}
    listed = terms({"item_id": "item", "responses": "answers"})
    assert mapped({**nothing, "item": "i7"}, listed)["item_id"] == "i7"
    assert mapped({**ROW, "item": " "}, asked)["item_id"] is None
    for item in (None, "  "):
        assert refused({**nothing, "item": item}, listed).problem.startswith(
            "item_id: nothing says what was labelled"
        )


@pytest.mark.parametrize("field", ["label", "verifier", "gold"])
@pytest.mark.parametrize("depth", [61, 988, 5000])
def test_a_value_nested_too_deep_is_set_aside(field: str, depth: int) -> None:
    deep: Any = "x"
    for _ in range(depth):
        deep = [deep] if depth % 2 else {"x": deep}
    found = refused({**ROW, "value": deep}, terms({field: "value"}))
    assert found.problem.startswith(f"{field}: expected at most 60 lists and objects")


def test_a_value_is_kept_up_to_the_deepest_that_is_read() -> None:
    deep: Any = "x"
    for _ in range(60):
        deep = [deep]
    assert mapped({**ROW, "value": deep}, terms({"gold": "value"}))["gold"] == "[" * 60 + '"x"' + "]" * 60


def test_an_expression_that_a_deep_value_defeats_sets_its_row_aside() -> None:
    deep: Any = []
    for _ in range(5000):
        deep = [deep]
    for field, text in (("gold", "to_string(value)"), ("prompt", "value"), ("domain", "value == other")):
        assert refused({**ROW, "value": deep, "other": [[deep[0]]]}, terms({field: text})).problem
