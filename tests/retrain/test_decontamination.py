import json
from typing import Any, Literal

import pytest

from contracts.terms.annotation import Rating
from quality.gates.evaluation.sets import Item, ReadSet
from rampart.retrain.decontamination import HeldText, SetUsed
from rampart.retrain.evaluation.benchmarks.every import BenchmarkFile, as_set
from rampart.retrain.snapshot import Snapshot, build_snapshot
from tests.retrain.planted import batch, planted_rows, record

MOONS = "Name the three largest moons of the planet Jupiter and say who saw them first with a telescope."
TRAIN = "A train leaves the station at nine and travels north at sixty miles an hour until it meets another."
SETS = (ReadSet("moons", "m" * 64, (Item(1, MOONS),)), ReadSet("trains", "t" * 64, (Item(1, TRAIN),)))


def kept_clear(rows: list[dict[str, Any]], **about: Any) -> Snapshot:
    return build_snapshot([batch(rows, **about)], sets=SETS)


def test_work_that_holds_text_of_a_set_is_on_neither_side_and_counted_under_the_set() -> None:
    held = [record(f"m{n}", f"{n}. {MOONS}", ["a", "b"], [1, 2]) for n in range(40)]
    held += [record(f"t{n}", f"Question {n}", ["a", TRAIN], [1, 2]) for n in range(30)]
    rows = planted_rows(50, seed=1)
    snapshot, clean = kept_clear(rows + held), build_snapshot([batch(rows)], sets=SETS)
    (summary,) = snapshot.manifest.batches
    assert summary.in_evaluation_sets == (HeldText("moons", 40), HeldText("trains", 30))
    assert (summary.pairs, summary.pairs_used) == (120, 50)
    assert snapshot.pairs.equals(clean.pairs)
    assert snapshot.manifest.evaluation_sets == (SetUsed("moons", "m" * 64), SetUsed("trains", "t" * 64))


def test_a_set_named_after_the_batch_was_accepted_counts_too() -> None:
    rows = [record("x", MOONS, ["a", "b"], [1, 2]), *planted_rows(5, seed=1)]
    before, after = build_snapshot([batch(rows)]), kept_clear(rows)
    assert before.manifest.batches[0].pairs_used == after.manifest.batches[0].pairs_used + 1
    assert before.digest != after.digest


def test_sets_that_nothing_holds_are_in_the_manifest_and_so_in_the_digest() -> None:
    rows = planted_rows(5, seed=1)
    other = (SETS[0], ReadSet("trains", "u" * 64, SETS[1].items))
    assert build_snapshot([batch(rows)], sets=other).digest != kept_clear(rows).digest
    assert kept_clear(rows).digest != build_snapshot([batch(rows)]).digest
    assert build_snapshot([batch(rows)], sets=SETS[::-1]).digest == kept_clear(rows).digest


def test_one_response_with_such_text_takes_every_pair_of_its_judgement() -> None:
    rows = [record("x", "p", ["a", "b", TRAIN], [1, 2, 3]), record("y", "p", ["a", "b"], [1, 2])]
    snapshot = kept_clear(rows)
    assert snapshot.manifest.batches[0].in_evaluation_sets == (HeldText("trains", 3),)
    assert snapshot.pairs["group"].to_pylist() == ["y"]


def test_by_majority_it_takes_the_item() -> None:
    rows = [
        record("x", MOONS, ["a", "b"], [1, 2], "item"),
        record("y", "Moons?", ["a", "b"], [1, 2], "item"),
        record("z", "p", ["a", "b"], [1, 2]),
    ]
    snapshot = kept_clear(rows, majority=True)
    assert snapshot.manifest.batches[0].in_evaluation_sets == (HeldText("moons", 1),)
    assert snapshot.pairs["group"].to_pylist() == ["z"]


def test_records_that_compare_nothing_have_no_pair_to_leave_out() -> None:
    (summary,) = kept_clear([record("x", MOONS, ["a"], None)]).manifest.batches
    assert (summary.records, summary.pairs, summary.in_evaluation_sets) == (1, 0, ())


@pytest.mark.parametrize("pairs", ["best_and_lower", "all"])
def test_what_is_drawn_of_other_judgements_stays_the_same(pairs: Literal["best_and_lower", "all"]) -> None:
    rating = Rating(kind="rating", low=1, high=10, pairs=pairs)
    rows = [record(f"{n}", f"p{n}", list("abcd"), [1, 2, 3, 4]) for n in range(20)]
    rows.insert(7, record("x", MOONS, list("abcd"), [1, 2, 3, 4]))
    for row in rows:
        row["ratings"] = [9.0, 7.0, 5.0, 3.0]
    snapshot = kept_clear(rows, scheme=rating)
    assert snapshot.pairs.equals(build_snapshot([batch(rows[:7] + rows[8:], scheme=rating)]).pairs)
    (summary,) = snapshot.manifest.batches
    assert summary.in_evaluation_sets == (HeldText("moons", 6),)


def test_a_benchmark_keeps_its_prompts_and_answers_out_of_what_it_will_measure() -> None:
    answers = [f"{style} {TRAIN}" for style in ("Briefly:", "In full:", "**In bold**:")]
    row = {"id": "1", "prompt": MOONS, "chosen": answers, "rejected": ["No.", "Not so.", "**No**."]}
    file = BenchmarkFile("rm_bench", "b.json", json.dumps([{**row, "domain": "chat"}]).encode())
    rows = [
        record("x", MOONS, ["a", "b"], [1, 2]),
        record("y", "When do they meet?", ["a", TRAIN], [1, 2]),
        record("z", "p", ["a", "b"], [1, 2]),
    ]
    snapshot = build_snapshot([batch(rows)], sets=(as_set(file),))
    assert snapshot.manifest.batches[0].in_evaluation_sets == (HeldText("rm_bench", 2),)
    assert snapshot.pairs["group"].to_pylist() == ["z"]
