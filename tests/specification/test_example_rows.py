"""Examples are proven: each is read again here, by a test of its own, from the files alone."""

import hashlib
import json
import os
from pathlib import Path
from typing import Any

import pytest

from contracts.load import load_contract
from contracts.model import Contract
from quality.gates.record.judging import gate_records
from quality.gates.record.repeats import Earlier
from rampart.delivery.manifest import parse_manifest
from rampart.records.reasons import BY_CODE
from rampart.specification.example_rows import Examples, proven
from rampart.specification.example_sample import sampled_examples
from tests.contracts.files import SPECS
from tests.delivery.reading import PLAIN, contract, jsonl, quarantine, read, records, texts
from tests.specification.example_terms import examples_of, judged_by

FILES = sorted(SPECS.rglob("*.odcs.yaml"))
# Specs whose expressions cannot be read backwards, and why.
WITHOUT: dict[str, str] = {}
DATA = Path(os.environ.get("RAMPART_TEST_DATA", SPECS.parents[2] / "shared" / "data"))
ROWS = {"path": "rows.jsonl", "format": "jsonl"}


def terms(record: dict[str, Any], annotation: dict[str, Any] | None = None, **delivery: Any) -> Contract:
    return contract({"rows": ROWS, "record": {**PLAIN, **record}, **delivery}, annotation)


def rows_of(examples: Examples) -> list[dict[str, Any]]:
    return [json.loads(line) for line in examples.files[0].data.decode().splitlines()]


def without_manifest(given: Contract) -> Contract:
    return given.model_copy(update={"delivery": given.delivery.model_copy(update={"manifest": "none"})})


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_spec_has_an_example_that_reads_back_and_is_kept(path: Path) -> None:
    given = load_contract(path)
    examples = examples_of(given)
    if path.name in WITHOUT:
        assert examples.problem and not examples.files
        return
    assert examples.problem == ""
    found = read(without_manifest(given), {file.name: file.data for file in examples.files})
    assert quarantine(found) == []
    assert found.records.num_rows == examples.records > 0
    assert set(gate_records(found.records, given, 1, Earlier()).masks) == {0}
    if examples.manifest is not None:
        manifest = parse_manifest(examples.manifest.encode(), "manifest.json")
        assert [(file.name, file.sha256, file.bytes, file.rows) for file in manifest.files] == [
            (file.name, hashlib.sha256(file.data).hexdigest(), len(file.data), file.rows)
            for file in examples.files
        ]
    assert (examples.manifest is None) == (given.delivery.manifest == "none")


@pytest.mark.parametrize(
    ("scheme", "said"),
    [
        ({"kind": "binary", "a": ["links"], "b": ["rechts"]}, ["links", "rechts"]),
        ({"kind": "arena", "both_bad": ["bad"]}, ["a", "b", "tie", "bad"]),
        ({"kind": "likert", "low": 1, "high": 4}, [1, 4]),
        ({"kind": "likert", "low": -1, "high": 1, "words": {"A": -1, "B": 1, "same": 0}}, ["A", "B"]),
        ({"kind": "rating", "low": 1, "high": 5}, [[5, 1]]),
        ({"kind": "ranking", "best": "high"}, [[2, 1]]),
    ],
)
def test_an_example_shows_the_words_of_the_scheme(scheme: dict[str, Any], said: list[Any]) -> None:
    examples = examples_of(terms({}, {"scheme": scheme}))
    assert [row["label"] for row in rows_of(examples)] == said


def test_the_better_text_is_the_one_the_label_prefers() -> None:
    given = terms({}, {"scheme": {"kind": "binary"}})
    found = read(given, {"rows.jsonl": examples_of(given).files[0].data})
    first, second = records(found)
    assert texts(first)[0] == "An apple is a fruit."
    assert texts(second)[1] == "Blue is a colour."


@pytest.mark.parametrize(
    "record",
    [
        {"prompt": "talk[].{role: who, content: text}"},
        {"prompt": "talk[-1].text"},
        {"responses": "[one.text, two.text]", "label": "vote.choice || old_vote"},
        {"responses": "answers[?kept].text"},
        {"responses": "zip({content: texts, checkpoint_id: models})"},
        {"responses": "from_json(payload)[].{content: text}"},
        {"label": "if(score_a > score_b, 'a', 'b')"},
        {"label": "if(chosen == 'left', 'a', if(chosen == 'right', 'b', 'tie'))"},
        {"record_id": "join('-', [to_string(task), worker])", "annotator_id": "split(worker, '/')[1]"},
        {"duration_s": "divide(to_number(ms), `1000`)"},
        {"prompt": "trim(lower(question))"},
    ],
)
def test_an_expression_is_read_backwards(record: dict[str, Any]) -> None:
    given = terms(record)
    examples = examples_of(given)
    assert examples.problem == ""
    assert all(one["prompt"] for one in records(read(given, {"rows.jsonl": examples.files[0].data})))


def test_several_judgements_in_a_row_a_join_and_a_tree_have_examples() -> None:
    votes = terms(
        {"label": "vote.value.choice", "annotator_id": "vote.key"}, each={"in": "votes", "as": "vote"}
    )
    assert list(rows_of(examples_of(votes))[0]["votes"]) == ["annotator-1", "annotator-2"]
    join = {
        "as": "item",
        "source": {"path": "items.jsonl", "format": "jsonl"},
        "on": ["id", "part"],
        "key": ["k", "p"],
    }
    joined = examples_of(terms({"prompt": "item.text"}, join=[join]))
    assert [file.name for file in joined.files] == ["rows.jsonl", "items.jsonl"]
    assert joined.records == 2


def test_what_cannot_be_read_backwards_has_no_example_and_says_why() -> None:
    examples = examples_of(terms({"label": "sort(keys(@))[-1]"}))
    assert examples.files == ()
    assert examples.problem == "discarded: label outside scheme"


def test_an_example_the_gates_discard_is_not_shown() -> None:
    given = terms({})
    made = examples_of(given)
    refused = proven(given, rows_of(made), {}, lambda found: [BY_CODE["too_fast"].mask] * found.num_rows)
    assert (refused.files, refused.problem) == ((), "discarded: too fast")


def test_rows_that_fail_are_left_out_and_the_rest_is_proven_again() -> None:
    given = terms({})
    good = {"prompt": "p", "a": "x", "b": "y", "label": "a"}
    examples = proven(given, [{**good, "a": 7}, good, {**good, "label": "nonsense"}], {}, judged_by(given))
    assert rows_of(examples) == [good]


def test_a_sample_s_rows_are_shown_but_no_gold_question(tmp_path: Path) -> None:
    given = terms({"gold": "gold"})
    good = {"prompt": "p", "a": "x", "b": "y", "label": "a", "gold": None}
    sample = tmp_path / "votes.jsonl"
    sample.write_bytes(jsonl({**good, "gold": "a"}, {**good, "label": "?"}, good))
    assert rows_of(sampled_examples(given, (sample,), judged_by(given))) == [good]
    sample.write_bytes(jsonl({**good, "gold": "a"}))
    assert (
        sampled_examples(given, (sample,), judged_by(given)).problem == "a gold question is nobody's example"
    )


def test_a_sample_says_which_rows_do_not_fit_and_why(tmp_path: Path) -> None:
    join = {"as": "item", "source": {"path": "items.jsonl", "format": "jsonl"}, "on": "id", "key": "k"}
    given = terms({"prompt": "item.text"}, join=[join])
    good = {"id": 1, "a": "x", "b": "y", "label": "a"}
    rows, items = tmp_path / "rows.jsonl", tmp_path / "items.jsonl"
    items.write_bytes(jsonl({"k": 1, "text": "p"}, {"k": 2, "text": "q"}))
    broken = [jsonl({**good, "id": 9}), b"{no json\n", jsonl({**good, "label": "?"}), jsonl({**good, "a": 7})]
    rows.write_bytes(b"".join([*broken, jsonl({**good, "b": " "}, good, {**good, "id": 2})]))
    found = sampled_examples(given, (items, rows), judged_by(given))
    assert (found.problem, rows_of(found)) == ("", [good, {**good, "id": 2}])
    assert found.records == 2
    assert [file.rows for file in found.files] == [2, 2]
    assert [said.partition(": ")[0] for said in found.unfit] == [
        f"rows.jsonl line {line}" for line in (1, 2, 3, 4, 5)
    ]
    assert all(said.partition(": ")[2] for said in found.unfit)
    back = read(given, {file.name: file.data for file in found.files})
    assert quarantine(back) == []
    assert [one["prompt"][0]["content"] for one in records(back)] == ["p", "q"]


def test_a_real_sample_is_shown_with_its_partners() -> None:
    given = load_contract(SPECS / "examples" / "llmfao.odcs.yaml")
    folder = DATA / "llmfao"
    if not folder.is_dir():
        pytest.skip(f"no {folder}: set RAMPART_TEST_DATA to the folder with the public sample data")
    paths = (folder / "crowd-comparisons.csv", folder / "pairs-crowd.jsonl")
    examples = sampled_examples(given, paths, judged_by(given))
    assert (examples.problem, examples.records) == ("", 3)
    assert {file.name for file in examples.files} == {path.name for path in paths}
