"""What a contract may say of public benchmarks, and how the term sheet repeats it."""

import pytest
from pydantic import ValidationError

from contracts.model import Training
from contracts.sheets.term_sheet import term_sheet
from contracts.terms.benchmark import Benchmark
from tests.quality.gates.delivered import terms

RM_BENCH = {"name": "rm_bench", "path": "rm-bench/total_dataset.json"}


def test_a_benchmark_is_one_that_is_known_and_lies_below_the_folder_of_sets() -> None:
    with pytest.raises(ValidationError, match="'reward_bench_2' or 'rm_bench'"):
        Training.model_validate({"benchmarks": [{**RM_BENCH, "name": "reward_bench"}]})
    with pytest.raises(ValidationError, match="leaves the folder of evaluation sets"):
        Training.model_validate({"benchmarks": [{**RM_BENCH, "path": "../b.json"}]})


def test_two_files_of_one_benchmark_would_share_their_figures_name() -> None:
    with pytest.raises(ValidationError, match="the benchmark rm_bench is named twice"):
        Training.model_validate({"benchmarks": [RM_BENCH, {**RM_BENCH, "path": "other.json"}]})


def test_the_term_sheet_says_what_models_are_measured_on() -> None:
    training = Training(benchmarks=(Benchmark.model_validate(RM_BENCH),))
    sheet = term_sheet(terms().model_copy(update={"training": training}))
    said = {line.clause: line.says for _, lines in sheet.sections for line in lines}
    assert said["training.benchmarks"] == "rm_bench (rm-bench/total_dataset.json)"
