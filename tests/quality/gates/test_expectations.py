"""The Great Expectations suite: what it asks, and that a thread gets its own answer."""

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from quality.gates.expectations import SAMPLE_ROWS, BatchMetrics, SuiteResult, run_suite
from tests.quality.gates.delivered import FIELDS, record, table, terms

CONTRACT = terms(
    {"required": ["label", "annotator_id"]},
    on_policy={"checkpoints": {1: ["pol-1"]}, "min_share": 0.8},
)
GOOD = BatchMetrics(delivered=100, discarded=5, discard_rate=0.05, on_policy_share=0.9)
KEPT = table(*(record(number) for number in range(1, 6)))


def test_a_batch_that_keeps_its_contract_succeeds() -> None:
    found = run_suite(GOOD, KEPT, CONTRACT, 1)
    assert (found.success, found.failed) == (True, ())


def test_every_broken_clause_is_listed_with_its_column_and_its_address() -> None:
    bad = BatchMetrics(delivered=10, discarded=5, discard_rate=0.5, on_policy_share=0.1)
    kept = table(record(1, annotator_id=None), record(1), record(2, raw_label=None))
    found = run_suite(bad, kept, CONTRACT, 1)
    assert not found.success
    assert set(found.failed) == {
        "metrics: expect_discard_rate_to_be_within_ceiling on discard_rate",
        "metrics: expect_column_values_to_be_between on delivered",
        "metrics: expect_column_values_to_be_between on on_policy_share",
        "sample: expect_column_values_to_not_be_null on raw_label",
        "sample: expect_column_values_to_be_unique on record_id",
        "sample: expect_column_values_to_not_be_null on annotator_id",
    }
    clauses = {entry["meta"].get("clause") for entry in found.result["metrics"]}
    assert clauses == {"ramp.phases.production.discard_ceiling", "ramp.weeks.1.units", "on_policy.min_share"}


def test_what_the_contract_does_not_ask_is_not_expected() -> None:
    unnamed = terms({"required": []}, record={k: v for k, v in FIELDS.items() if k != "record_id"})
    found = run_suite(GOOD, KEPT, unnamed, 1)
    assert [entry["kwargs"]["column"] for entry in found.result["metrics"]] == ["discard_rate", "delivered"]
    assert [entry["kwargs"]["column"] for entry in found.result["sample"]] == ["raw_label"]


def test_a_batch_of_which_nothing_was_kept_is_still_looked_at() -> None:
    nothing = BatchMetrics(delivered=0, discarded=0, discard_rate=None, on_policy_share=None)
    found = run_suite(nothing, KEPT.slice(0, 0), CONTRACT, 1)
    assert found.failed == ("metrics: expect_column_values_to_be_between on delivered",)


def test_the_result_is_plain_json_and_the_same_each_time() -> None:
    one, other = (run_suite(GOOD, KEPT, CONTRACT, 1) for _ in range(2))
    assert json.dumps(one.result, sort_keys=True) == json.dumps(other.result, sort_keys=True)


def test_a_planned_mix_and_gold_questions_are_expected_under_names_of_their_own() -> None:
    asking = terms(
        {"required": []},
        mix={"domain": {"shares": {"code": 0.5, "chat": 0.5}, "tolerance": 0.1}},
        annotators={"gold": {"share": 0.05, "min_accuracy": 0.8}},
    )
    kept = table(record(1, domain="code"), record(2, domain="a word of the vendor's"))
    off = replace(GOOD, domain_mix_distance=0.2, gold_share=0.01, gold_accuracy=0.9)
    found = run_suite(off, kept, asking, 1)
    assert set(found.failed) == {
        "metrics: expect_mix_to_keep_its_plan on domain_mix_distance",
        "metrics: expect_gold_share_to_reach on gold_share",
        "sample: expect_column_values_to_be_in_set on domain",
    }
    told = {entry["meta"]["clause"]: entry.get("observed") for entry in found.result["metrics"]}
    assert (told["mix.domain.shares"], told["annotators.gold.min_accuracy"]) == (0.2, 0.9)


def test_every_expectation_names_its_clause() -> None:
    result = run_suite(GOOD, KEPT, CONTRACT, 1).result
    assert all(entry["meta"]["clause"] for frame in result.values() for entry in frame)


def test_a_large_batch_is_looked_at_in_a_sample_spread_over_it() -> None:
    many = table(*([record(1)] * 3)).take([0, 1, 2] * SAMPLE_ROWS)
    looked_at = run_suite(GOOD, many, CONTRACT, 1).result["sample"][0]["result"]["element_count"]
    assert SAMPLE_ROWS / 2 < looked_at <= SAMPLE_ROWS


def test_four_threads_at_once_each_get_their_own_result() -> None:
    def judged(number: int) -> tuple[int, SuiteResult]:
        kept = table(*(record(n, annotator_id=None if n <= number else "x") for n in range(1, 11)))
        metrics = replace(GOOD, delivered=100 if number % 2 else 10, discard_rate=number / 100)
        return number, run_suite(metrics, kept, CONTRACT, 1)

    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(judged, [number for _ in range(5) for number in range(4)]))
    for number, found in results:
        nulls = found.result["sample"][-1]["result"]["unexpected_count"]
        assert nulls == number
        assert ("metrics: expect_column_values_to_be_between on delivered" in found.failed) is (
            number % 2 == 0
        )


def test_great_expectations_is_imported_only_to_validate() -> None:
    asked = "import sys, quality.gates.expectations as e; print('great_expectations' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "False"
