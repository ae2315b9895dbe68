"""Record gates: every reason where it is due, and nowhere else."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.model import Contract
from contracts.terms.gates import REQUIRABLE
from quality.gates.evaluation.overlap import EvaluationIndex
from quality.gates.fates import part
from quality.gates.record.gate import References
from quality.gates.record.judging import gate_records
from quality.gates.record.repeats import Earlier
from rampart.records.canonical import RECORD
from rampart.records.reasons import BY_CODE, REASONS, mask_of, reasons_of
from tests.quality.gates import planted_copies
from tests.quality.gates.delivered import FIELDS, MONDAY, record, response, table, terms
from tests.quality.gates.judged import TERM
from tests.quality.gates.planted import EARLIER, IMPLIED, ISSUED, PLANTED, STRICT, asking, keys_of


def codes(  # noqa: PLR0917 (what the rows are judged by and compared with)
    rows: list[dict[str, Any]],
    contract: Contract = STRICT,
    earlier: Earlier | None = None,
    issued: frozenset[tuple[str, str, str]] | None = None,
    evaluation: EvaluationIndex | None = None,
    roster: Mapping[str, float | None] | None = None,
) -> list[list[str]]:
    """The reasons of each row, in waterfall order."""
    references = References(issued, evaluation, roster)
    gated = gate_records(table(*rows), contract, 1, earlier or Earlier(), references)
    return [[reason.code for reason in reasons_of(mask)] for mask in gated.masks]


def test_a_good_record_has_no_reason() -> None:
    assert codes([record(1), record(2)], issued=ISSUED) == [[], []]


@pytest.mark.parametrize("reason", [reason.code for reason in REASONS])
def test_each_reason_is_found_and_only_it(reason: str) -> None:
    rows = PLANTED[reason]
    issued = ISSUED if BY_CODE[reason].clause == "on_policy.lineage" else None
    earlier = EARLIER if reason == "copied_work" else None
    roster = {"ann-1": 0.8, "ann-2": None} if reason == "not_on_roster" else None
    found = codes(list(rows), asking(reason), earlier, issued, planted_copies.HELD_OUT, roster)
    assert found == [[]] * (len(rows) - 1) + [[*IMPLIED.get(reason, ()), reason]]


def test_without_an_author_or_an_annotator_nobody_judged_their_own() -> None:
    unknown = terms({"author_labels": "discard"})
    assert codes([record(1), record(2, annotator_id=None, prompt_author_id=None)], unknown) == [[], []]


def test_exactly_as_long_as_allowed_is_not_too_long() -> None:
    limits = terms({"min_duration_s": 5, "max_duration_s": 900})
    assert codes([record(1, duration_s=5.0), record(2, duration_s=900.0)], limits) == [[], []]


def test_a_record_carries_all_its_reasons_in_waterfall_order() -> None:
    spoilt = record(1, responses=[response(" "), response("B", "pol-0")], duration_s=1.0, annotator_id=None)
    assert codes([spoilt], issued=ISSUED) == [
        [
            "missing_required_field",
            "empty_response",
            "too_fast",
            "checkpoint_not_allowed",
            "response_not_issued",
        ]
    ]


FIELD_REASONS = ("value_not_listed", "value_out_of_range", "wrong_length", "wrong_form")


@pytest.mark.parametrize(
    ("gate", "reason"),
    [
        ({"required": ["prompt"]}, "missing_required_field"),
        ({"exact_duplicates": "allow"}, "exact_duplicate"),
        ({"copied_work": "allow"}, "copied_work"),
        ({"empty_response": "allow"}, "empty_response"),
        ({"identical_responses": "allow"}, "identical_responses"),
        ({"timestamps_in_week": False}, "outside_week"),
        ({"min_duration_s": None}, "too_fast"),
        ({"max_duration_s": None}, "too_slow"),
        ({"author_labels": "allow"}, "author_judged"),
        *(({term: "allow"}, code) for code, term in TERM.items()),
        ({}, "personal_data"),  # `terms` says nothing about privacy
        *(({"fields": {}}, code) for code in FIELD_REASONS),
    ],
)
def test_a_gate_the_contract_switches_off_finds_nothing(gate: dict[str, Any], reason: str) -> None:
    lenient = terms({**STRICT.gates.model_dump(), **gate})
    assert codes(list(PLANTED[reason]), lenient, EARLIER) == [[]] * len(PLANTED[reason])


def test_without_allowed_checkpoints_and_lineage_any_response_will_do() -> None:
    assert codes(list(PLANTED["checkpoint_not_allowed"]), terms()) == [[]]


def test_a_record_of_nothing_is_judged_and_not_stumbled_over() -> None:
    blank = {
        "record_id": "",
        "source_file": "rows.jsonl",
        "source_line": 1,
        "source_item": 0,
        "item_id": "",
        "prompt": [],
        "responses": [],
        "scheme": "binary",
    }
    assert codes([blank], issued=ISSUED) == [["missing_required_field", "item_not_in_work_order"]]


def test_a_delivery_without_records_has_no_masks() -> None:
    gated = gate_records(RECORD.empty_table(), STRICT, 1, EARLIER, References(ISSUED))
    assert (len(gated.masks), gated.keys.height) == (0, 0)


@pytest.mark.parametrize("raw", [None, '""', '"  "', r'"\t\n"', "[]", "{}"])
def test_a_blank_label_is_missing_where_the_contract_requires_it_and_outside_the_scheme_where_not(
    raw: str | None,
) -> None:
    unlabelled = record(1, raw_label=raw, ranking=None)
    assert codes([unlabelled]) == [["missing_required_field"]]
    assert codes([unlabelled], terms({"required": ["prompt"]})) == [["label_outside_scheme"]]


def test_a_label_about_no_response_does_not_pass_when_responses_are_not_required() -> None:
    assert codes([record(1, responses=[], ranking=None)], terms({"required": ["label"]})) == [
        ["label_outside_scheme"]
    ]


@pytest.mark.parametrize(
    ("field", "empty"),
    [
        ("record_id", "rows.jsonl:2:0"),
        ("prompt", []),
        ("prompt", [{"role": "user", "content": " \n"}]),
        ("prompt", [{"role": "user", "content": None}]),
        ("responses", []),
        ("annotator_id", ""),
        ("rationale", "  "),
        ("language", None),
        ("started_at", None),
        ("duration_s", None),
        ("turn", None),
        ("checkpoint_id", None),
    ],
)
def test_what_a_contract_requires_must_not_be_empty(field: str, empty: object) -> None:
    filled = {"rationale": "Because.", "language": "en", "turn": 1}
    changes = (
        {"responses": [response("A"), response("B", None)]} if field == "checkpoint_id" else {field: empty}
    )
    asked = terms({"required": [field]})
    first = {**record(1), **filled}
    second = {**record(2), **filled, **changes}
    found = codes([first, second], asked)
    assert found[0] == []
    assert found[1][0] == "missing_required_field"


@pytest.mark.parametrize("name", REQUIRABLE)
def test_every_field_a_contract_may_require_can_be_looked_at(name: str) -> None:
    full = {"rationale": "Because.", "language": "en", "turn": 1, "domain": "d", "guideline_version": "1"}
    more: dict[str, Any] = {
        "conversation_id": "c",
        "prompt_author_id": "p",
        "difficulty": "hard",
        "unit_kind": "long",
    }
    more |= {"verifier": '"ok"', "gold": '"a"', "aspects": [{"axis": "helpful", "scores": [1.0]}]}
    more |= {"spans": [{"response": 0, "start": 0, "end": 1, "label": "typo"}]}
    assert codes([record(1, **full, **more)], terms({"required": [name]})) == [[]]


def test_a_long_conversation_with_one_silent_turn_is_a_prompt() -> None:
    turns = [{"role": "system", "content": ""}, {"role": "user", "content": "Hello"}]
    assert codes([record(1, prompt=turns)]) == [[]]


def test_record_ids_are_compared_only_where_the_contract_maps_them() -> None:
    twice = [record(1), record(2, record_id="r1")]
    unmapped = terms(record={name: text for name, text in FIELDS.items() if name != "record_id"})
    assert codes(twice) == [[], ["duplicate_record_id"]]
    assert codes(twice, unmapped) == [[], []]


def test_a_record_id_may_not_come_again_in_a_later_batch_of_the_contract_alone() -> None:
    kept = keys_of(record(2, record_id="r1"))
    assert codes([record(1)], earlier=Earlier(contract=kept)) == [["duplicate_record_id"]]
    assert codes([record(1)], earlier=Earlier(program=kept)) == [[]]


def test_two_annotators_with_one_opinion_are_no_duplicate() -> None:
    assert codes([record(1), record(1, record_id="r2", annotator_id="someone else")]) == [[], []]


def test_the_other_label_on_the_same_work_is_no_exact_duplicate() -> None:
    other = record(1, record_id="r2", raw_label='"b"', ranking=[2, 1])
    assert codes([record(1), other]) == [[], []]


def test_an_exact_duplicate_is_found_against_earlier_batches_of_the_programme() -> None:
    elsewhere = Earlier(program=keys_of(record(1)))
    assert codes([record(1)], terms(), elsewhere) == [["exact_duplicate"]]


def test_without_annotator_ids_two_vendors_may_say_the_same_of_one_item() -> None:
    nameless = record(1, annotator_id=None)
    asked = terms()
    assert codes([nameless], asked, Earlier(program=keys_of(nameless))) == [[]]
    again = Earlier(contract=keys_of(record(1, record_id="r0", annotator_id=None)))
    assert codes([nameless], asked, again) == [["exact_duplicate"]]


def test_copied_work_is_found_with_sides_swapped_and_the_prompt_respelt() -> None:
    asked = record(1, prompt=[{"role": "user", "content": "  QUESTION\t1? "}])
    swapped = {**asked, "responses": asked["responses"][::-1], "annotator_id": "a new one"}
    assert codes([swapped], earlier=Earlier(program=keys_of(record(1)))) == [["copied_work"]]


def test_the_same_prompt_with_a_new_response_is_new_work() -> None:
    fresh = record(1, responses=[response("Answer A 1"), response("Answer C 1")])
    assert codes([fresh], earlier=Earlier(program=keys_of(record(1)))) == [[]]


def test_one_of_three_responses_repeated_is_not_identical_and_all_three_are() -> None:
    some = record(1, responses=[response("A"), response("A"), response("B")], ranking=[1, 1, 2])
    every = record(2, responses=[response("A")] * 3, ranking=[1, 1, 1])
    assert codes([some, every]) == [[], ["identical_responses"]]


def test_one_response_alone_is_not_identical_to_itself() -> None:
    assert codes([record(1, responses=[response("A")], ranking=None, ratings=[1.0])]) == [[]]


def test_blank_responses_are_empty_and_not_also_identical() -> None:
    assert codes([record(1, responses=[response(""), response("  ")])]) == [["empty_response"]]


WEEK_END = MONDAY + timedelta(days=7)
TICK = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("started", "submitted", "inside"),
    [
        (MONDAY, MONDAY + TICK, True),
        (MONDAY - TICK, MONDAY, False),
        (WEEK_END - 2 * TICK, WEEK_END - TICK, True),
        (WEEK_END - TICK, WEEK_END, False),
        (MONDAY, MONDAY, True),
        (MONDAY + TICK, MONDAY, False),
        (None, MONDAY, True),
        (MONDAY, None, True),
        (None, None, True),
        (None, WEEK_END, False),
    ],
)
def test_a_week_begins_with_its_first_moment_and_ends_before_the_next_one(
    started: datetime | None, submitted: datetime | None, inside: bool
) -> None:
    row = record(1, started_at=started, submitted_at=submitted, duration_s=60.0)
    assert codes([row]) == [[] if inside else ["outside_week"]]


def test_the_week_is_that_of_the_contract_s_time_zone_through_a_change_of_the_clock() -> None:
    # Clocks in Berlin go forward on Sunday, 29 March 2026: the week from the 23rd has 167 hours.
    berlin = ZoneInfo("Europe/Berlin")
    contract = terms(term={"start": "2026-03-23", "timezone": "Europe/Berlin"})
    moments = {
        datetime(2026, 3, 23, tzinfo=berlin): True,
        datetime(2026, 3, 22, 23, 59, 59, tzinfo=berlin): False,
        datetime(2026, 3, 29, 23, 59, 59, tzinfo=berlin): True,
        datetime(2026, 3, 30, tzinfo=berlin): False,
    }
    rows = [record(n, started_at=at, submitted_at=at) for n, at in enumerate(moments)]
    assert codes(rows, contract) == [[] if inside else ["outside_week"] for inside in moments.values()]


@pytest.mark.parametrize(
    ("duration", "stamped_s", "fast"),
    [
        (4.999, 60, True),
        (5.0, 60, False),
        (60.0, 1, False),  # the duration, where there is one, comes before the stamps
        (None, 4.999, True),
        (None, 5.0, False),
        (None, None, False),
    ],
)
def test_pace_is_judged_by_the_duration_or_else_by_the_stamps(
    duration: float | None, stamped_s: float | None, fast: bool
) -> None:
    end = None if stamped_s is None else MONDAY + timedelta(seconds=stamped_s)
    row = record(1, duration_s=duration, started_at=MONDAY, submitted_at=end)
    assert codes([row]) == [["too_fast"] if fast else []]


def test_a_response_without_a_checkpoint_is_not_one_of_the_allowed() -> None:
    unnamed = record(1, responses=[response("A", None), response("B")])
    assert codes([unnamed]) == [["checkpoint_not_allowed"]]


ROWS = st.builds(
    record,
    st.integers(1, 4),
    record_id=st.sampled_from(["r1", "r2", "r3"]),
    annotator_id=st.sampled_from([None, "x", "y"]),
    raw_label=st.sampled_from([None, '"a"', '"?"']),
    ranking=st.sampled_from([None, [1, 2]]),
    responses=st.lists(st.builds(response, st.sampled_from(["", "A", "B"])), max_size=3),
    duration_s=st.one_of(st.none(), st.floats(0, 100)),
    started_at=st.one_of(
        st.none(), st.integers(-200, 400).map(lambda hours: MONDAY + timedelta(hours=hours))
    ),
    rationale=st.one_of(st.none(), st.text(st.characters(codec="utf-8"), max_size=5)),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(ROWS, max_size=12))
def test_every_record_gets_one_mask_and_lies_in_exactly_one_table(rows: list[dict[str, Any]]) -> None:
    numbered = [{**row, "source_line": line} for line, row in enumerate(rows)]
    records = table(*numbered)
    gated = gate_records(records, STRICT, 1, EARLIER, References(ISSUED))
    fates = part(records, gated)
    assert len(gated.masks) == len(rows)
    kept, lost = (fate["source_line"].to_pylist() for fate in (fates.accepted, fates.discarded))
    assert kept == [line for line, mask in enumerate(gated.masks) if not mask]
    assert lost == [line for line, mask in enumerate(gated.masks) if mask]
    assert fates.accepted.schema.equals(RECORD)
    assert fates.keys["record_id"].to_pylist() == fates.accepted["record_id"].to_pylist()
    assert fates.discarded["reason_mask"].to_pylist() == [mask_of(c) for c in _reasons(fates.discarded)]


def _reasons(discarded: pa.Table) -> list[list[str]]:
    listed: list[list[str]] = discarded["reasons"].to_pylist()
    return listed
