import hashlib
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.language.words import word
from contracts.terms.mapping import Times, ValueMap
from rampart.delivery import fields
from rampart.delivery.fields import FieldError
from rampart.delivery.moments import moment_or_none, seconds_or_none

BERLIN = ZoneInfo("Europe/Berlin")
DEEP: list[Any] = []
for _ in range(900):
    DEEP = [DEEP]


@pytest.mark.parametrize("text", ["x", "", " kept ", "ä\x00\x1b"])
def test_text_stays_as_it_is(text: str) -> None:
    assert fields.text_or_none(text) == text
    assert fields.text_or_none(None) is None


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (7, "a number (7)"),
        (True, "true or false (true)"),
        ([1], "a list ([1])"),
        ({"a": None}, 'an object ({"a":null})'),
        (b"\xff", "a bytes"),
        pytest.param(10**5000, "a number ((a number))", id="huge"),
        pytest.param(DEEP, "a list", id="deep"),
    ],
)
def test_other_types_must_be_asked_for_as_text(value: Any, said: str) -> None:
    with pytest.raises(FieldError, match=r"expected text, found .*to_string\(\)") as caught:
        fields.text_or_none(value)
    assert said in str(caught.value)


def test_half_a_character_is_no_text() -> None:
    with pytest.raises(FieldError, match="half a character at position 2"):
        fields.text_or_none("ab\ud800")


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ("w7", "w7"),
        (" w7 ", "w7"),
        (7, "7"),
        (7.0, "7"),
        ("007", "007"),
        (2**70, str(2**70)),
        (None, None),
        ("  ", None),
    ],
)
def test_an_id_is_text_or_a_whole_number(value: Any, name: str | None) -> None:
    assert fields.name_or_none(value) == name


@pytest.mark.parametrize("value", [True, 7.5, float("nan"), float("inf"), [1], {}])
def test_what_is_no_id_is_told(value: Any) -> None:
    with pytest.raises(FieldError, match="expected an id, found"):
        fields.name_or_none(value)


@pytest.mark.parametrize(
    ("value", "number"), [(3, 3.0), ("3.5", 3.5), (" 1e2 ", 100.0), (None, None), ("", None), (" ", None)]
)
def test_a_number_may_be_written_out(value: Any, number: float | None) -> None:
    assert fields.number_or_none(value) == number


@pytest.mark.parametrize("value", ["x", "3,5", True, float("nan"), [3], "1_000"])
def test_what_is_no_number_is_told(value: Any) -> None:
    with pytest.raises(FieldError, match="expected a number, found"):
        fields.number_or_none(value)


@pytest.mark.parametrize(
    ("value", "number"), [(3, 3), ("3", 3), (3.0, 3), (None, None), (-(2**31) + 1, -(2**31) + 1)]
)
def test_a_whole_number_is_whole(value: Any, number: int | None) -> None:
    assert fields.whole_or_none(value) == number


@pytest.mark.parametrize("value", [3.5, "3.5", 2**31, -(2**31)])
def test_a_broken_or_huge_number_is_no_whole_one(value: Any) -> None:
    with pytest.raises(FieldError, match="expected a whole number, found"):
        fields.whole_or_none(value)


def moment(value: Any, format_: str = "iso8601") -> datetime | None:
    return moment_or_none(value, Times(format=format_), BERLIN)


NOON = datetime(2026, 1, 5, 11, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "format_"),
    [
        ("2026-01-05T11:00:00Z", "iso8601"),
        ("2026-01-05T12:00:00+01:00", "iso8601"),
        ("2026-01-05 12:00", "iso8601"),  # no offset: the contract's zone
        (" 20260105T120000 ", "iso8601"),
        ("2026-01-05T11:00:00.000000999Z", "iso8601"),
        (1767610800, "epoch_s"),
        ("1767610800.0", "epoch_s"),
        (1767610800000, "epoch_ms"),
        ("05.01.2026 12:00", "%d.%m.%Y %H:%M"),
        ("05/01/2026 11:00 +0000", "%d/%m/%Y %H:%M %z"),
        (datetime(2026, 1, 5, 12, 0), "iso8601"),  # noqa: DTZ001 (Parquet has such)
        (datetime(2026, 1, 5, 12, 0, tzinfo=BERLIN), "epoch_s"),
    ],
)
def test_a_moment_is_read_in_utc_whatever_way_the_contract_says_it_is_written(
    value: Any, format_: str
) -> None:
    assert moment(value, format_) == NOON


def test_a_day_begins_at_midnight_of_the_contracts_zone() -> None:
    assert moment("2026-01-05") == moment(date(2026, 1, 5)) == datetime(2026, 1, 4, 23, tzinfo=UTC)
    assert moment("2026/01/05", "%Y/%m/%d") == datetime(2026, 1, 4, 23, tzinfo=UTC)


@pytest.mark.parametrize("value", [None, "", "  "])
@pytest.mark.parametrize("format_", ["iso8601", "epoch_s", "%Y"])
def test_no_moment_is_none(value: Any, format_: str) -> None:
    assert moment(value, format_) is None


@pytest.mark.parametrize(
    ("value", "format_"),
    [
        ("yesterday", "iso8601"),
        ("2026-02-30", "iso8601"),
        (1767610800, "iso8601"),
        ("2026-01-05", "epoch_s"),
        (1e300, "epoch_s"),
        (True, "epoch_ms"),
        ("2026-01-05", "%d.%m.%Y"),
        (5, "%d.%m.%Y"),
        ("0001-01-01T00:00:00+12:00", "iso8601"),
        ({}, "iso8601"),
    ],
)
def test_what_is_no_moment_is_told_with_the_format_expected(value: Any, format_: str) -> None:
    with pytest.raises(FieldError, match=r"expected a (moment|number)"):
        moment(value, format_)


USER = {"role": "user", "content": "Hi"}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Hi", [USER]),
        (["Hi"], [USER]),
        (USER, [USER]),
        ([{"role": "human", "content": "Hi", "id": 7}], [USER]),
        (None, []),
        ("  ", []),
        ([], []),
        ([USER, {"role": "assistant", "content": ""}], [USER, {"role": "assistant", "content": ""}]),
    ],
)
def test_a_prompt_is_text_a_message_or_messages(value: Any, expected: list[dict[str, str]]) -> None:
    assert fields.messages(value, {"human": "user"}) == expected


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (7, r"\[0\]: expected a message, found a number \(7\); give \{role"),
        ([USER, {"role": "user"}], r"\[1\]: expected a message, found an object"),
        ([{"role": "user", "content": None}], r"\[0\]: expected a message"),
        (
            [{"role": "bot", "content": "x"}],
            r"\[0\].role: 'bot' is none of assistant, system, tool, user; map it in",
        ),
        ([{"content": "x"}], r"\[0\].role: null is none of"),
        ([{"role": ["user"], "content": "x"}], r"\[0\].role: \[\"user\"\] is none of"),
        ([{"role": {}, "content": "x"}], r"\[0\].role: \{\} is none of"),
        ("\udfff", "half a character"),
    ],
)
def test_what_is_no_prompt_is_told_with_its_place(value: Any, message: str) -> None:
    with pytest.raises(FieldError, match=message):
        fields.messages(value, {})


def test_a_response_carries_the_digest_of_its_text() -> None:
    assert fields.response("Äpfel", " m ", 7, 1) == {
        "response_id": "7",
        "content": "Äpfel",
        "checkpoint_id": "m",
        "sha256": hashlib.sha256("Äpfel".encode()).hexdigest(),
    }


def test_a_response_without_id_is_named_by_its_place_and_without_text_is_empty() -> None:
    found = fields.response(None, None, None, 2)
    assert (found["response_id"], found["content"], found["checkpoint_id"]) == ("2", "", None)


@pytest.mark.parametrize(
    ("given", "message"),
    [((7, None, None), "content"), (("x", 1.5, None), "checkpoint_id"), (("x", None, True), "response_id")],
)
def test_a_wrong_part_of_a_response_is_named(given: tuple[Any, Any, Any], message: str) -> None:
    with pytest.raises(FieldError, match=rf"^\[3\]\.{message}: expected"):
        fields.response(*given, 3)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("ä", '"ä"'),
        (1, "1"),
        ({"b": 1, "a": [None]}, '{"a": [null], "b": 1}'),
        (None, None),
        (date(2026, 1, 5), '"2026-01-05"'),
    ],
)
def test_a_label_is_kept_as_json(value: Any, expected: str | None) -> None:
    assert fields.as_delivered(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"), [("code", "code"), (" code", " code"), ("", None), (" \t", None), (None, None)]
)
def test_blank_text_names_no_kind_of_thing(value: str | None, expected: str | None) -> None:
    assert fields.word_or_none(value) == expected


READERS: list[Callable[[Any], Any]] = [
    fields.text_or_none,
    fields.word_or_none,
    fields.name_or_none,
    fields.number_or_none,
    fields.whole_or_none,
    fields.as_delivered,
    moment,
    lambda value: moment(value, "epoch_ms"),
    lambda value: fields.messages(value, {}),
]
ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(codec=None, categories=None)),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["role", "content", "x"]), inner)
    ),
    max_leaves=6,
)


@given(ANYTHING)
def test_no_value_breaks_a_reader_in_another_way_than_a_field_error(value: Any) -> None:
    for read in READERS:
        try:
            read(value)
        except FieldError as error:
            str(error).encode()  # what the quarantine keeps can be written


@pytest.mark.parametrize(
    ("value", "unit", "seconds"),
    [
        (90, "s", 90.0),
        ("1500", "ms", 1.5),
        (2.5, "min", 150.0),
        ("0.5", "h", 1800.0),
        ("1:02:03", "clock", 3723.0),
        ("2:03", "clock", 123.0),
        (" 90:00.5 ", "clock", 5400.5),
        ("", "clock", None),
        (None, "clock", None),
        (None, "ms", None),
    ],
)
def test_a_duration_is_read_in_its_unit(value: Any, unit: str, seconds: float | None) -> None:
    assert seconds_or_none(value, unit) == (None if seconds is None else pytest.approx(seconds))


@pytest.mark.parametrize("value", [90, "90", "1:2:3:4", "1h", "-1:00", "1:", {}])
def test_what_no_clock_shows_is_told(value: Any) -> None:
    with pytest.raises(FieldError, match="expected a duration as h:mm:ss or mm:ss, found"):
        seconds_or_none(value, "clock")


def test_several_ways_to_write_moments_are_tried_in_order() -> None:
    times = Times(format=("iso8601", "%d/%m/%Y %H:%M", "epoch_s"))
    read = [
        moment_or_none(value, times, ZoneInfo("UTC"))
        for value in ("2026-01-06T10:00", "06/01/2026 10:00", 1767693600)
    ]
    assert len(set(read)) == 1
    with pytest.raises(FieldError, match="as iso8601 or %d/%m/%Y %H:%M or epoch_s, found text"):
        moment_or_none("06.01.2026", times, ZoneInfo("UTC"))


def mapped(value: Any, unlisted: str) -> str | None:
    terms = ValueMap.model_validate({"map": {"COD": "coding", "1": "one"}, "unlisted": unlisted})
    return fields.mapped_or_none(value, terms, {word(name): ours for name, ours in terms.map.items()})


@pytest.mark.parametrize("unlisted", ["keep", "empty", "quarantine"])
@pytest.mark.parametrize(
    ("value", "ours"),
    [("cod", "coding"), (" COD ", "coding"), (1, "one"), ("1.0", "one"), (None, None), ("", None)],
)
def test_a_vendors_word_becomes_ours(value: Any, ours: str | None, unlisted: str) -> None:
    assert mapped(value, unlisted) == ours


def test_a_word_the_map_lacks_follows_the_contracts_rule() -> None:
    assert mapped("Law", "keep") == "Law"
    assert mapped("Law", "empty") is None
    with pytest.raises(FieldError, match=r"'Law' is none of the words the contract maps \('1', 'COD'\)"):
        mapped("Law", "quarantine")
    with pytest.raises(FieldError, match="expected text, found a number"):
        mapped(7, "keep")


def test_a_map_may_name_numbers_as_yaml_reads_them() -> None:
    terms = ValueMap.model_validate({"map": {1: "one", 2.0: "two", False: "no"}})
    words = {word(name): ours for name, ours in terms.map.items()}
    assert [fields.mapped_or_none(value, terms, words) for value in (1, "2", False)] == ["one", "two", "no"]
