"""Real votes as canonical records: crowd votes (llmfao) and expert judgements (PandaLM)."""

import csv
import hashlib
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from rampart.records.canonical import RECORD

Judgements = Callable[[list[dict[str, Any]]], pa.Table]
BESIDE = Path(__file__).parents[2].parent / "shared" / "data"


def _record(number: int, given: dict[str, Any]) -> dict[str, Any]:
    """A canonical record out of `prompt`, `texts`, `checkpoints`, `ranking` and what else the test says."""
    texts = given["texts"]
    checkpoints = given.get("checkpoints", [None] * len(texts))
    defaults = {
        "record_id": f"r{number}",
        "source_file": "rows.jsonl",
        "source_line": number + 1,
        "source_item": 0,
        "item_id": f"i{number}",
        "scheme": "arena",
    }
    return {
        **dict.fromkeys(RECORD.names),
        **defaults,
        **{name: value for name, value in given.items() if name in RECORD.names},
        "prompt": [{"role": "user", "content": given["prompt"]}],
        "responses": [
            {
                "response_id": str(place),
                "content": text,
                "checkpoint_id": checkpoints[place],
                "sha256": hashlib.sha256(text.encode()).hexdigest(),
            }
            for place, text in enumerate(texts)
        ],
    }


def table_of(rows: list[dict[str, Any]]) -> pa.Table:
    """Canonical records out of short rows."""
    return pa.Table.from_pylist([_record(number, row) for number, row in enumerate(rows)], schema=RECORD)


@pytest.fixture(scope="session")
def judgements() -> Judgements:
    """Canonical records out of short rows: `prompt`, `texts`, `ranking` and any canonical field."""
    return table_of


def _file(name: str) -> Path:
    path = Path(os.environ.get("RAMPART_TEST_DATA", BESIDE)) / name
    if not path.exists():
        pytest.skip(f"no {path}: set RAMPART_TEST_DATA to the folder with the public sample data")
    return path


@pytest.fixture(scope="session")
def llmfao() -> pa.Table:
    """8,931 crowd votes by 124 workers on pairs of 13 prompts (dustalov/llmfao, CC-BY-4.0)."""
    with _file("llmfao/pairs-crowd.jsonl").open(encoding="utf-8") as lines:
        pairs = {pair["id"]: pair for pair in map(json.loads, lines)}
    ranks = {"left": [1, 2], "right": [2, 1], "tie": [1, 1]}
    rows = []
    with _file("llmfao/crowd-comparisons.csv").open(encoding="utf-8", newline="") as votes:
        for vote in csv.DictReader(votes):
            pair = pairs[int(vote["id"])]
            rows.append(
                {
                    "prompt": pair["text"],
                    "texts": [pair["result_x"], pair["result_y"]],
                    "checkpoints": [str(pair["model_x"]), str(pair["model_y"])],
                    "ranking": ranks[vote["winner"]],
                    "item_id": vote["id"],
                    "annotator_id": vote["worker"],
                }
            )
    return table_of(rows)


@pytest.fixture(scope="session")
def oasst() -> list[tuple[str, str]]:
    """Prompts and answers of 100 conversation trees (OpenAssistant/oasst1, Apache-2.0)."""

    def answers(node: dict[str, Any]) -> Iterator[tuple[str, str]]:
        for reply in node.get("replies") or []:
            if node["role"] == "prompter":
                yield node["text"], reply["text"]
            yield from answers(reply)

    with _file("oasst/en_100_tree.jsonl").open(encoding="utf-8") as lines:
        return [pair for tree in map(json.loads, lines) for pair in answers(tree["prompt"])]


@pytest.fixture(scope="session")
def pandalm() -> pa.Table:
    """999 items judged by the same three experts (WeOpenML/PandaLM, Apache-2.0); 0 is a tie."""
    ranks = {0: [1, 1], 1: [1, 2], 2: [2, 1]}
    rows = []
    for item in json.loads(_file("pandalm/testset-v1.json").read_text(encoding="utf-8")):
        # Six responses were written as JSON booleans; their text is what was shown.
        texts = [
            text if isinstance(text, str) else json.dumps(text)
            for text in (item["response1"], item["response2"])
        ]
        rows += [
            {
                "prompt": f"{item['instruction']}\n{item['input']}",
                "texts": texts,
                "ranking": ranks[item[expert]],
                "item_id": str(item["idx"]),
                "annotator_id": expert,
            }
            for expert in ("annotator1", "annotator2", "annotator3")
        ]
    return table_of(rows)
