"""RewardBench 2 on small sets in the published form, with every result worked out by hand."""

import io
import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from rampart.retrain.evaluation.benchmarks.reward_bench_2 import measure, read
from rampart.retrain.evaluation.benchmarks.rows import BenchmarkError


def row(
    subset: str, identity: str, chosen: Sequence[str], rejected: Sequence[str], prompt: str = "Why?"
) -> dict[str, Any]:
    """A row with the columns of the data set on Hugging Face."""
    return {
        "id": identity,
        "prompt": prompt,
        "chosen": list(chosen),
        "rejected": list(rejected),
        "num_correct": len(chosen),
        "num_incorrect": len(rejected),
        "total_completions": len(chosen) + len(rejected),
        "models": ["a model"] * (len(chosen) + len(rejected)),
        "subset": subset,
        "additional_metadata": {"category": None},
    }


def jsonl(rows: Sequence[Mapping[str, Any]]) -> bytes:
    return "\n".join(json.dumps(one) for one in rows).encode()


def as_written(prompts: Sequence[str], responses: Sequence[str]) -> np.ndarray:
    """A model whose score is the number that the response is."""
    assert all(prompt.startswith("user: ") for prompt in prompts)  # as in training
    return np.array([float(text) for text in responses])


def figures(rows: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    found = measure("set.jsonl", jsonl(rows), as_written).figures
    return {name: figure.value for name, figure in found.items()}


def test_a_prompt_earns_one_over_the_number_of_answers_that_share_the_highest_score() -> None:
    rows = [
        row("Math", "1", ["5"], ["1", "2", "3"]),  # highest alone: 1
        row("Math", "2", ["5"], ["5", "2", "3"]),  # with one other: 1/2
        row("Math", "3", ["5"], ["5", "5", "5"]),  # a model that sees nothing: 1/4
        row("Math", "4", ["5"], ["6", "2", "3"]),  # beaten: 0
        row("Math", "5", ["5"], ["6", "6", "5"]),  # beaten twice: 0
    ]
    assert figures(rows)["math"] == pytest.approx((1 + 1 / 2 + 1 / 4) / 5)


def test_the_score_counts_subsets_alike_however_large() -> None:
    rows = [row("Math", str(n), ["1"], ["0", "0", "0"]) for n in range(9)]
    rows += [row("Precise IF", "x", ["0"], ["1", "1", "1"])]
    assert figures(rows) == {"score": 0.5, "math": 1.0, "precise_if": 0.0}


TIES = [
    # 1: right answers 10 and 9 (spread 1), best wrong 6: lead 3. Reference: 8 over 2, lead 6.
    row("Ties", "tied:1", ["10", "9"], ["6", "1"]),
    row("Ties", "ref:1", ["8"], ["2", "1"]),
    # 2: right answers 10 and 4 (spread 6), best wrong 3: lead 1. Reference: 5 over 2, lead 3.
    row("Ties", "tied:2", ["10", "4"], ["3"]),
    row("Ties", "ref:2", ["5"], ["2"]),
    # 3: right answers 5 and 4 (spread 1), best wrong 2: lead 2. Reference: 1 under 2, lead -1.
    row("Ties", "tied:3", ["5", "4"], ["2"]),
    row("Ties", "ref:3", ["1"], ["2"]),
    # 4: right answers 5 and 5 (spread 0), best wrong 5: lead 0. Reference: 5 over 5, lead 0.
    row("Ties", "tied:4", ["5", "5"], ["5"]),
    row("Ties", "ref:4", ["5"], ["5"]),
]


def test_ties_are_scored_as_published() -> None:
    # tied right: 1, 2, 3 of 4. reference right: 1, 2 of 4. lead over spread: 1 (3 > 1), 3 (2 > 1) of 4.
    # both leads over spread: 1 (min 3 > 1) of 4. The last: tanh(3/1 - 1), tanh(1/6 - 1), tanh(-1/1 - 1), 0.
    ahead = (np.tanh(2) + np.tanh(1 / 6 - 1) + np.tanh(-2) + 0) / 4
    by_hand = 0.3 * 3 / 4 + 0.3 * 2 / 4 + 0.2 * 2 / 4 + 0.2 * 1 / 4 + 0.01 * ahead
    assert figures(TIES)["ties"] == pytest.approx(by_hand)


def test_right_answers_that_score_alike_and_above_all_others_have_the_highest_score_there_is() -> None:
    rows = [row("Ties", "tied:1", ["5", "5"], ["4"]), row("Ties", "ref:1", ["5"], ["4"])]
    assert figures(rows)["ties"] == pytest.approx(1.01)  # as published: tanh of infinity is 1


def test_a_number_that_lacks_one_of_its_prompts_counts_where_it_can() -> None:
    rows = [*TIES[:4], row("Ties", "ref:9", ["0"], ["1"])]
    # tied right: 2 of 2. reference right: 2 of 3. over 1 and 2: lead over spread 1, both 1 of 2.
    ahead = (np.tanh(2) + np.tanh(1 / 6 - 1)) / 2
    by_hand = 0.3 * 1 + 0.3 * 2 / 3 + 0.2 * 1 / 2 + 0.2 * 1 / 2 + 0.01 * ahead
    assert figures(rows)["ties"] == pytest.approx(by_hand)


def test_parquet_and_a_list_in_json_say_the_same_as_json_lines() -> None:
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(TIES), sink)
    forms = {
        "t.parquet": sink.getvalue(),
        "t.json": json.dumps(TIES).encode(),
        "t.jsonl": jsonl(TIES),
    }
    read_as = [read(path, payload) for path, payload in forms.items()]
    assert read_as[0] == read_as[1] == read_as[2]


def test_the_interval_covers_a_coins_quarter_and_the_file_is_named_by_its_digest() -> None:
    random = np.random.default_rng(5)
    rows = [
        row("Focus", str(n), [f"{random.random()}"], [f"{random.random()}" for _ in range(3)])
        for n in range(400)
    ]
    found = measure("set.jsonl", jsonl(rows), as_written)
    focus = found.figures["focus"]
    assert focus.low is not None and focus.high is not None
    assert focus.low < 0.25 < focus.high < focus.low + 0.12
    assert (found.path, len(found.digest), found.metrics["reward_bench_2_focus"]) == (
        "set.jsonl",
        64,
        focus.value,
    )
    assert found.metrics["reward_bench_2"] == focus.value


@pytest.mark.parametrize(
    ("name", "payload", "problem"),
    [
        ("b.csv", b"", "the form 'csv' is not read; expected .jsonl, .json or .parquet"),
        ("b.jsonl", b"", "there is no row in it"),
        ("b.jsonl", b"{nonsense", "line 1 is no JSON"),
        ("b.json", b"{}", "a dict, expected one list of rows"),
        ("b.parquet", b"PAR?", "no Parquet file"),
        (
            "b.jsonl",
            b'{"prompt": "p", "chosen": "a"}',
            "has 'chosen', 'prompt', but RewardBench 2 has id",
        ),
        ("b.jsonl", b"[1]", "row 1 has no columns, but RewardBench 2 has id, prompt"),
        (
            "b.jsonl",
            jsonl([row("Math", "1", ["a", "b"], ["c"])]),
            "2 answers, expected one in 'Math'",
        ),
        (
            "b.jsonl",
            jsonl([row("Math", "1", ["a"], [])]),
            "rejected: expected a list of wrong",
        ),
        (
            "b.jsonl",
            jsonl([row("Math", "1", ["a"], ["b"]) | {"prompt": 7}]),
            "prompt: a int, expected",
        ),
        ("b.jsonl", jsonl([row("Ties", "1", ["1", "2"], ["0"])]), "expected `tied:N`"),
        ("b.jsonl", jsonl([row("Ties", "tied:1", ["1"], ["0"])]), "has 1 right answers"),
        ("b.jsonl", jsonl([row("Ties", "ref:1", ["1"], ["0"])]), "no number of the ties has both"),
    ],
)
def test_a_file_that_is_something_else_is_told_from_the_benchmark(
    name: str, payload: bytes, problem: str
) -> None:
    with pytest.raises(BenchmarkError, match=f"^{name}: ") as refused:
        measure(name, payload, as_written)
    assert problem in str(refused.value)
