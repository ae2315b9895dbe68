"""What a contract may say is what the books, an export and a calendar can hold."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from contracts.load import parse_contract
from rampart.ledger.contracts import register_contract
from rampart.ledger.engine import open_ledger
from rampart.retrain.config import TrainConfig
from simulator.mangled import used
from tests.contracts.files import GOOD, changed, problem

WEEK = "1: {phase: calibration, units: 10}"
TOP = "      audits:\n"
SCHEME = "{kind: arena, a: [left], b: [right], tie: [tie]}"
AMENDED = "amendment: {of: 0.9.0, reason: R, clauses: [term], effective: "
TOO_MUCH = "units: 1000000000}\n          2: {phase: production, units: 20}\n        minor_units: 3"


@pytest.mark.parametrize(
    ("old", "new", "field", "says"),
    [
        ("weeks: 2}", "weeks: 2, due_after_days: 3651}", "term.due_after_days", "at most 3650"),
        ("units: 10}", "units: 1000000001}", "ramp.weeks.1.units", "at most 1000000000"),
        ("price: 1.00", "price: 1000000000.0001", "ramp.phases.calibration.price", "at most 1000000000"),
        (
            "units: 10}\n          2: {phase: production, units: 20}\n        phases:\n"
            "          calibration: {discard_ceiling: 0.5, price: 1.00}",
            f"{TOO_MUCH}\n        phases:\n"
            "          calibration: {discard_ceiling: 0.5, price: 1000000.0001}",
            "ramp.weeks.1.units",
            "more money than the books can hold",
        ),
        ("units: 10}", "units: 10, discount: 0.12345}", "ramp.weeks.1.discount", "more than 4 decimal"),
        ("price: 1.00", "price: 1, discount: 1e-5", "ramp.phases.calibration.discount", "more than 4"),
        (TOP, "      rights: {delete_by: 0001-01-01}\n" + TOP, "rights.delete_by", "the year 1 cannot"),
        (TOP, "      rights: {retention_days: 36501}\n" + TOP, "rights.retention_days", "at most 36500"),
        (TOP, f"      {AMENDED} 9999-12-31}}\n{TOP}", "amendment.effective", "the year 9999 cannot"),
        (TOP, "      training: {promotion_margin: 0.5}\n" + TOP, "training.promotion_margin", "less than"),
        (TOP, "      training: {backend: trl, ties: rao_kupper}\n" + TOP, "training.ties", "not for the"),
        (TOP, "      training: {backend: command, length: neutral}\n" + TOP, "training.length",
         "not for the backend"),
        (TOP, f"      on_policy: {{checkpoints: {{1: [a]}}, newest: 1{'0' * 400}}}\n{TOP}",
         "on_policy.newest", "at most"),
        ("max_lean: 0.1", f"max_lean: 0.1, min_effective_n: 1{'0' * 400}", "audits.length.min_effective_n",
         "at most"),
        (TOP, f"{TOP}        pace: {{min_judgements: 10000000000}}\n", "audits.pace.min_judgements",
         "at most"),
        (SCHEME, "{kind: rating, low: 0, high: 1e300}", "annotation.scheme.high", "at most"),
        (SCHEME, "{kind: likert, low: 0, high: 10000000}", "annotation.scheme.high", "at most"),
    ],
)  # fmt: skip
def test_what_would_break_a_later_reader_is_refused_where_it_stands(
    old: str, new: str, field: str, says: str
) -> None:
    told = problem(changed(old, new))
    assert (told.field, says in told.problem) == (field, True), str(told)


def test_the_largest_contract_there_may_be_is_shown_exported_registered_and_trained_on(
    tmp_path: Path,
) -> None:
    text = (
        GOOD.replace("start: 2026-01-05, weeks: 2}", "start: 2500-12-31, weeks: 2, due_after_days: 3650}")
        .replace("units: 10}", "units: 1000000000, discount: 0.9999}")
        .replace("price: 1.00", "price: 999999.9999")
        .replace("price: 1.25", "price: 1000000000")
        .replace("gates:", "training: {promotion_margin: 0.4999}\n      gates:")
        .replace("phases:\n", "minor_units: 3\n        phases:\n")
    )
    contract = parse_contract(text.encode(), "c.yaml")
    used(contract, parse_contract(GOOD.encode(), "good.yaml"))
    engine = open_ledger(f"sqlite:///{tmp_path / 'books.db'}")
    register_contract(engine, contract, "k", datetime(2026, 1, 1, tzinfo=UTC))
    engine.dispose()
    assert TrainConfig(promotion_margin=contract.training.promotion_margin).promotion_margin == 0.4999


@pytest.mark.parametrize(
    "folder", ["{week}", "in/week-{week:02d}", "{week:04d}/x", "w{week}-{week:03d}", "{{a}}{week}"]
)
def test_every_week_has_a_folder_of_its_own(folder: str) -> None:
    contract = parse_contract(
        changed("        record:", f"        folder: '{folder}'\n        record:"), "c.yaml"
    )
    assert contract.inbox(1) != contract.inbox(2)
    assert "1" in contract.inbox(1)


@pytest.mark.parametrize(
    "folder",
    ["w-{week:0200000000d}", "w-{week!s:.1}", "{week:c}", "{week.__class__}", "{week:{week}}", "{week:2d}",
     "{week:05d}", "{}", "{0}", "w{week", "w}"],
)  # fmt: skip
def test_a_folder_is_filled_in_with_the_week_s_number_and_nothing_else(folder: str) -> None:
    told = problem(changed("        record:", f"        folder: '{folder}'\n        record:"))
    assert told.field == "delivery.folder"
    assert "cannot be filled in with a week" in told.problem


@pytest.mark.parametrize(
    ("folder", "says"), [('"w\\e[31m{week}"', "cannot be shown"), ("/w{week}", "not a relative folder")]
)
def test_a_folder_is_printable_and_relative(folder: str, says: str) -> None:
    told = problem(changed("        record:", f"        folder: {folder}\n        record:"))
    assert (told.field, says in told.problem) == ("delivery.folder", True)


@pytest.mark.parametrize("other", ['"1"', "0x1", '" 1"'])
def test_two_keys_that_are_written_alike_are_refused(other: str) -> None:
    told = problem(changed(WEEK, f"{WEEK}\n          {other}: {{phase: calibration, units: 9}}"))
    assert (told.line, told.field, told.problem) == (16, "1", "stands twice in the same group")


@pytest.mark.parametrize("other", ["1.0", '"01"', '"+1"'])
def test_a_week_is_written_in_one_way(other: str) -> None:
    told = problem(changed(WEEK, f"{WEEK}\n          {other}: {{phase: calibration, units: 9}}"))
    assert "is not a week" in told.problem


def test_a_merged_key_gives_way_to_one_written_alike() -> None:
    data = changed(
        "1: {phase: calibration, units: 10}\n          2: {phase: production, units: 20}",
        '<<: {1: {phase: calibration, units: 99}}\n          "1": {phase: calibration, units: 10}\n'
        "          2: {phase: production, units: 20}",
    )
    assert parse_contract(data, "c.yaml").week(1).units == 10


def test_a_number_of_a_scale_keeps_its_meaning_whether_text_or_not() -> None:
    likert = "{kind: likert, low: 1, high: 5, words: {'1': 5, '5': 1}}"
    told = problem(changed(SCHEME, likert))
    assert told.field == "annotation.scheme.words.1"
    assert "would mean 5" in told.problem
    same = parse_contract(changed(SCHEME, "{kind: likert, low: 1, high: 5, words: {'1': 1, best: 5}}"), "c")
    assert same.annotation.scheme.model_dump()["words"] == {"1": 1, "best": 5}
