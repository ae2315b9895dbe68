"""An evaluation line by line, and read back from where it was stored."""

from dataclasses import replace

import numpy as np
import pytest

from rampart.records.evidence import parse
from rampart.retrain.digests import canonical_json
from rampart.retrain.evaluate import Evaluation, evaluate
from rampart.retrain.evaluation.benchmarks.result import BenchmarkResult, mean_of
from rampart.retrain.evaluation.lines import SECTIONS, lines_of
from rampart.retrain.evaluation.stored import StoredError, read_evaluation, read_probes
from rampart.retrain.probing import Probe, Probes
from tests.retrain.test_evaluate import pairs

DATASET = "datasets/1.parquet"
TABLE = pairs(
    [1.0, 0.0] * 20,
    domain=["code"] * 20 + [None] * 20,
    strength=[1.0] * 20 + [0.3] * 20,
    on_policy=[True] * 12 + [False] * 28,
    anchor=[True] * 11 + [False] * 29,
)


@pytest.fixture
def evaluation() -> Evaluation:
    margins = np.random.default_rng(2).normal(size=40)
    result = BenchmarkResult("rm_bench", "b.json", "ab" * 32, {"score": mean_of(np.array([0.0, 1.0, 1.0]))})
    return replace(evaluate(TABLE, margins), benchmarks=(result,))


PROBES = Probes(
    40, Probe(None, None, None, 0), Probe(0.1, 0.0, 0.2, 40), {"length": Probe(0.6, 0.5, 0.7, 40)}
)


def test_what_was_stored_is_read_back_as_it_was(evaluation: Evaluation) -> None:
    assert read_evaluation("e.json", canonical_json(evaluation)) == evaluation
    assert read_probes("p.json", canonical_json(PROBES)) == PROBES


def test_figures_of_another_version_are_refused_with_what_to_do() -> None:
    with pytest.raises(StoredError, match=r"e\.json was written by another version .* retrain"):
        read_evaluation("e.json", b'{"accuracy": {"value": 0.5, "low": null, "high": null}}')


def test_the_address_of_a_slice_finds_exactly_its_pairs(evaluation: Evaluation) -> None:
    rows = TABLE.to_pylist()
    by_condition = ("held out", "anchor", "batch", "contract", "vendor", "domain", "on_policy")
    for line in lines_of(evaluation, PROBES, DATASET):
        if line.section in by_condition:
            address = parse(line.evidence)
            assert address.parts == (DATASET,)
            found = [row for row in rows if all(one.met_by(row) for one in address.where)]
            assert len(found) == line.n_pairs, line


def test_every_line_is_in_a_section_and_what_cannot_be_told_says_why(evaluation: Evaluation) -> None:
    found = lines_of(evaluation, PROBES, DATASET)
    order = [list(SECTIONS).index(line.section) for line in found]
    assert order == sorted(order)
    untold = [line for line in found if line.value is None]
    assert [line.name for line in untold] == ["score and length"]
    assert all(line.said for line in untold)
    assert {line.name: line.evidence for line in found}["rm_bench score"] == ""


def test_a_small_slice_has_no_figure() -> None:
    few = evaluate(pairs([1.0] * 12, domain=["code"] * 3 + ["chat"] * 9), np.ones(12))
    told = {line.name: line for line in lines_of(few, None, DATASET) if line.section == "domain"}
    assert (told["code"].value, told["code"].n_prompts) == (None, 3)
    assert told["code"].said.startswith("Too few prompts to say: 3")
