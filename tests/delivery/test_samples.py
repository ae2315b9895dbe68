"""One small set a scheme family, read by its contract in contracts/specs/examples without a remainder."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter

from contracts.load import load_contract
from contracts.terms.annotation import Scheme
from quality.audits.suite import run_audits
from quality.gates.fates import part
from quality.gates.record.judging import gate_records
from quality.gates.record.repeats import Earlier
from rampart.delivery.trial import Trial, try_out
from tests.delivery.reading import records

SPECS = Path(__file__).parents[2] / "contracts" / "specs"
EXAMPLES = sorted((SPECS / "examples").glob("sample-*.odcs.yaml"))


def tried(name: str) -> Trial:
    (file,) = (SPECS / "samples").glob(f"{name}.*")
    return try_out([file], load_contract(SPECS / "examples" / f"sample-{name}.odcs.yaml"), 1)


def read(name: str) -> list[dict[str, Any]]:
    return records(tried(name).read)


@pytest.mark.parametrize("spec", EXAMPLES, ids=lambda path: path.name.split(".")[0])
def test_a_sample_is_read_whole_and_every_label_is_known(spec: Path) -> None:
    found = tried(spec.name.removeprefix("sample-").split(".")[0])
    assert found.read.quarantine.num_rows == 0
    assert all(one.known for one in found.labels)
    assert found.read.records.num_rows == load_contract(spec).week(1).units or spec.name.startswith(
        "sample-likert"
    )


def test_every_scheme_has_a_contract_that_shows_it() -> None:
    schema = TypeAdapter(Scheme).json_schema()
    kinds = set(schema["discriminator"]["mapping"])
    shown = {load_contract(path).annotation.scheme.kind for path in (SPECS / "examples").glob("*.yaml")}
    assert shown == kinds


def test_every_example_says_what_the_vendors_rows_hold() -> None:
    for path in sorted((SPECS / "examples").glob("*.yaml")):
        assert "\nschema:\n  - name: " in path.read_text(encoding="utf-8"), path.name


def test_likert_scores_of_several_people() -> None:
    found = read("likert")
    assert [(one["record_id"], one["ranking"], round(one["strength"], 2)) for one in found] == [
        ("q1-1", [1, 2], 1.0),
        ("q1-2", [1, 2], 0.67),
        ("q1-3", [1, 2], 1.0),
        ("q2-1", [2, 1], 0.67),
        ("q2-2", [1, 1], 0.0),
    ]
    assert {one["domain"] for one in found} == {"general", "coding"}


def test_ratings_by_aspect_keep_the_one_that_was_not_given() -> None:
    first = read("rating")[0]
    assert (first["ranking"], first["ratings"]) == ([1, 3, 2], [5.0, 1.0, 2.0])
    assert first["aspects"] == [
        {"axis": "helpful", "scores": [5.0, 1.0, 2.0]},
        {"axis": "truthful", "scores": [5.0, None, 4.0]},
    ]


def test_an_order_by_name_as_it_stood_on_screen() -> None:
    first = read("ranking")[0]
    names = [one["response_id"] for one in first["responses"]]
    assert (names, first["ranking"]) == (["C", "A", "D", "B"], [1, 1, 2, 3])


def test_thumbs_with_moments_in_milliseconds() -> None:
    up, down = read("thumbs")
    assert (up["ratings"], down["ratings"]) == ([1.0], [0.0])
    assert (up["submitted_at"].isoformat(), up["duration_s"]) == ("2026-01-06T09:00:00+00:00", 4.2)
    assert [one["content"] for one in up["responses"]] == ["Apple."]


def test_test_results_that_passed_whole_beat_those_that_did_not() -> None:
    first, second = read("verifiable")
    assert (first["ranking"], second["ranking"]) == ([1, 2], [1, 1])
    assert first["verifier"] == '[{"passed": 4, "tests": 4}, {"passed": 1, "tests": 4}]'


def test_written_answers_with_minutes() -> None:
    first, second = read("demonstration")
    assert first["prompt"][0]["content"] == "Translate into German.\n\nGood morning"
    assert second["prompt"][0]["content"] == "Name a fruit."
    assert (first["duration_s"], first["ranking"], first["raw_label"]) == (150.0, None, None)


def test_critiques_are_carried() -> None:
    assert [one["rationale"] for one in read("critique")] == ["A chair is furniture.", "The sum is 4."]


def test_marked_passages_of_work_that_was_not_cancelled() -> None:
    first, second = read("spans")
    assert first["record_id"] == "1-11"
    assert first["spans"] == [{"response": 0, "start": 10, "end": 15, "label": "wrong"}]
    assert second["spans"] == []


def test_categories_with_known_answers_and_clock_times() -> None:
    found = read("category")
    assert [(one["item_id"], one["category"], one["gold"], one["duration_s"]) for one in found] == [
        ("m1", "spam", None, 12.0),
        ("m1", "spam", None, 9.0),
        ("m2", "fine", '"no"', 64.0),
        ("m2", "fine", '"no"', 31.0),
    ]


COMPARED = {"likert", "rating", "ranking", "verifiable"}


@pytest.mark.parametrize("spec", EXAMPLES, ids=lambda path: path.name.split(".")[0])
def test_gates_and_audits_judge_a_sample_or_say_that_they_cannot(spec: Path) -> None:
    name = spec.name.removeprefix("sample-").split(".")[0]
    terms, found = load_contract(spec), tried(name).read.records
    fates = part(found, gate_records(found, terms, 1, Earlier()))
    assert fates.discarded.num_rows == 0
    verdicts = {verdict.spec.metric: verdict.status for verdict in run_audits(fates.accepted, terms)}
    assert {verdicts[metric] for metric in ("longer_wins", "first_wins")} == {"not_testable"}
    ranked = found.num_rows - found["ranking"].null_count
    assert (ranked > 0) == (name in COMPARED)
