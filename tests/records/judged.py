"""Canonical records out of a few words."""

import hashlib
from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from rampart.records.canonical import RECORD


def judged(texts: Sequence[str | None], ranking: list[int] | None, **given: Any) -> dict[str, Any]:
    """One judgement of `texts`, in the order shown; `checkpoints` names who wrote them."""
    checkpoints = given.pop("checkpoints", [None] * len(texts))
    responses = [
        {
            "response_id": str(place),
            "content": text,
            "checkpoint_id": checkpoint,
            "sha256": None if text is None else hashlib.sha256(text.encode()).hexdigest(),
        }
        for place, (text, checkpoint) in enumerate(zip(texts, checkpoints, strict=True))
    ]
    return {
        **dict.fromkeys(RECORD.names),
        "record_id": "r",
        "source_file": "rows.jsonl",
        "source_line": 1,
        "source_item": 0,
        "item_id": "i",
        "prompt": [{"role": "user", "content": "Name a fruit."}],
        "scheme": "arena",
        "responses": responses,
        "ranking": ranking,
        **given,
    }


def table(*rows: dict[str, Any]) -> pa.Table:
    """Records as the table every room reads."""
    return pa.Table.from_pylist(list(rows), schema=RECORD)
