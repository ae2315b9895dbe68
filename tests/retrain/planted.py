"""Canonical records with a known reason behind every preference, and public ones where they are at hand."""

import hashlib
import json
import os
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pytest

from contracts.terms.annotation import Arena, Scheme
from rampart.records.canonical import RECORD
from rampart.retrain.snapshot import BatchData

ARENA = Arena(kind="arena")
GOOD = ("clear", "precise", "helpful", "correct", "sourced")
BAD = ("vague", "wrong", "rambling", "rude", "invented")
FILLER = tuple(f"word{i}" for i in range(300))


def record(
    record_id: str,
    prompt: str | Sequence[tuple[str, str]],
    responses: Sequence[str],
    ranking: Sequence[int] | None,
    item_id: str | None = None,
) -> dict[str, Any]:
    """One row of `RECORD`; a plain prompt is one user message."""
    turns = [("user", prompt)] if isinstance(prompt, str) else prompt
    row: dict[str, Any] = dict.fromkeys(RECORD.names)
    row.update(
        record_id=record_id,
        source_file="rows.jsonl",
        source_line=1,
        source_item=0,
        item_id=item_id or record_id,
        prompt=[{"role": role, "content": content} for role, content in turns],
        responses=[
            {"content": text, "sha256": hashlib.sha256(text.encode()).hexdigest()} for text in responses
        ],
        scheme="arena",
        ranking=ranking,
    )
    return row


def batch(
    rows: Sequence[dict[str, Any]],
    *,
    contract_id: str = "acme",
    week: int = 1,
    revision: int = 1,
    majority: bool = False,
    scheme: Scheme = ARENA,
    vendor: str = "acme-labels",
    checkpoints: tuple[str, ...] = (),
) -> BatchData:
    """`rows` as an accepted batch; week 1 starts on 5 January 2026."""
    records = pa.Table.from_pylist(list(rows), schema=RECORD)
    aggregation: Literal["judgement", "majority"] = "majority" if majority else "judgement"
    starts = date(2026, 1, 5) + timedelta(weeks=week - 1)
    return BatchData(
        contract_id, week, revision, "c" * 64, aggregation, scheme, records, vendor, starts, checkpoints
    )


def planted_rows(n: int, seed: int, flipped_share: float = 0.0) -> list[dict[str, Any]]:
    """`n` judgements of as many prompts: the response with more good words, and fewer bad ones, wins.

    A `flipped_share` of them says the opposite.
    """
    random = np.random.default_rng(seed)
    rows = []
    for i in range(n):
        texts, worth = zip(*(_response(random) for _ in range(2)), strict=True)
        first_wins = worth[0] + random.normal() * 0.5 > worth[1]
        if random.random() < flipped_share:
            first_wins = not first_wins
        prompt = f"seed {seed} question {i} about {random.choice(FILLER)}"
        rows.append(record(f"{seed}-{i}", prompt, texts, [1, 2] if first_wins else [2, 1]))
    return rows


def _response(random: np.random.Generator) -> tuple[str, int]:
    good, bad = random.integers(0, 6, 2)
    words = [*random.choice(GOOD, good), *random.choice(BAD, bad), *random.choice(FILLER, 12)]
    random.shuffle(words)
    return " ".join(words) + ".", int(good - bad)


def pandalm_batch() -> BatchData:
    """The PandaLM test set (Apache-2.0), 999 items with three judgements each; skips the test without it."""
    default = Path(__file__).parents[3] / "shared" / "data"
    path = Path(os.environ.get("RAMPART_TEST_DATA", default)) / "pandalm" / "testset-v1.json"
    if not path.exists():
        pytest.skip(
            f"the PandaLM test set is not at {path}; set RAMPART_TEST_DATA to the folder above pandalm/"
        )
    ranking = {0: [1, 1], 1: [1, 2], 2: [2, 1]}
    rows = [
        record(
            f"{item['idx']}-{annotator}",
            f"{item['instruction']}\n{item['input']}",
            [str(item["response1"]), str(item["response2"])],  # one response is a JSON boolean
            ranking[item[f"annotator{annotator}"]],
            str(item["idx"]),
        )
        for item in json.loads(path.read_text(encoding="utf-8"))
        for annotator in (1, 2, 3)
    ]
    return batch(rows, contract_id="pandalm")
