"""Texts put into records and judged by one gate, for the tests of gates over text."""

import json
import os
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from contracts.model import Contract
from contracts.terms.rights import Privacy
from quality.gates.record.gate import Asked, Seen
from quality.gates.record.judging import masks_of
from quality.gates.record.registry import GATE_BY_CODE
from tests.quality.gates.delivered import record, response, table, terms

ROOT = Path(__file__).parents[3]
DATA = Path(os.environ.get("RAMPART_TEST_DATA", ROOT.parent / "shared" / "data"))
TERM = {
    "truncated_response": "truncated_responses",
    "refusal": "refusals",
    "boilerplate": "boilerplate",
    "wrong_language": "language",
    "damaged_text": "damaged_text",
    "hidden_characters": "hidden_characters",
    "aimed_at_judge": "aimed_at_judges",
}


def asking(code: str, **gates: Any) -> Contract:
    """A contract that discards for one reason."""
    if code == "personal_data":
        return terms(gates).model_copy(update={"privacy": Privacy(pii="forbid")})
    return terms({TERM[code]: "discard", **gates})


def caught(code: str, rows: Sequence[dict[str, Any]], **gates: Any) -> list[bool]:
    """Which records have the reason."""
    frame = pl.DataFrame(pl.from_arrow(table(*rows)))
    masks = masks_of(frame, Asked(asking(code, **gates), 1), "record")["mask"]
    return [bool(mask & GATE_BY_CODE[code].reason.mask) for mask in masks]


def answered(*texts: str, prompt: str = "What do you think of it?", **changes: Any) -> list[dict[str, Any]]:
    """A record a text, in which it is the second response."""
    asked = [{"role": "user", "content": prompt}]
    return [
        record(number, prompt=asked, responses=[response("It is fine, thanks."), response(text)], **changes)
        for number, text in enumerate(texts, 1)
    ]


def missed(code: str, texts: Sequence[str], **changes: Any) -> list[str]:
    """Texts that are no reason as a response."""
    return [
        text for text, hit in zip(texts, caught(code, answered(*texts, **changes)), strict=True) if not hit
    ]


def accused(code: str, texts: Sequence[str], **changes: Any) -> list[str]:
    """Texts that are a reason as a response."""
    return [text for text, hit in zip(texts, caught(code, answered(*texts, **changes)), strict=True) if hit]


def why(code: str, row: dict[str, Any], **gates: Any) -> Seen:
    """What the gate says of a record."""
    return GATE_BY_CODE[code].seen(row, Asked(asking(code, **gates), 1))


@cache
def published(name: str) -> tuple[tuple[str, str], ...]:
    """Every (prompt, response) of a public set, once; the test is skipped where the set is absent."""
    if not (DATA / name).is_dir():
        pytest.skip(f"the public set {name} is not at {DATA}; say where with RAMPART_TEST_DATA")
    return tuple(sorted({(prompt, text) for prompt, text in _READ[name]() if text.strip()}))


def _pandalm() -> Iterator[tuple[str, str]]:
    for row in json.loads((DATA / "pandalm" / "testset-v1.json").read_text()):
        for side in ("response1", "response2"):
            if isinstance(row[side], str):
                yield f"{row['instruction']}\n{row['input'] or ''}", row[side]


def _llmfao() -> Iterator[tuple[str, str]]:
    for line in (DATA / "llmfao" / "pairs-crowd.jsonl").read_text().splitlines():
        row = json.loads(line)
        yield from ((row["text"], row[side]) for side in ("result_x", "result_y"))


def _oasst() -> Iterator[tuple[str, str]]:
    for name in ("en_100_message.jsonl", "en_100_tree.jsonl"):
        for line in (DATA / "oasst" / name).read_text().splitlines():
            row = json.loads(line)
            yield from _replies(row.get("prompt", row), "")


def _replies(message: dict[str, Any], before: str) -> Iterator[tuple[str, str]]:
    if message["role"] == "assistant":
        yield before, message["text"]
    for reply in message.get("replies") or []:
        yield from _replies(reply, message["text"])


def _hh() -> Iterator[tuple[str, str]]:
    for line in (DATA / "hh-rlhf" / "harmless-base_test.head200.jsonl").read_text().splitlines():
        row = json.loads(line)
        for side in ("chosen", "rejected"):
            before, answer = row[side].rsplit("\n\nAssistant:", 1)
            yield before.rsplit("\n\nHuman:", 1)[-1].strip(), answer.strip()


_READ = {"pandalm": _pandalm, "llmfao": _llmfao, "oasst": _oasst, "hh-rlhf": _hh}


def accused_of_published(code: str, name: str) -> list[str]:
    """Responses of a public set, declared English, that a gate accuses."""
    pairs = published(name)
    rows = [row for prompt, text in pairs for row in answered(text, prompt=prompt, language="en")]
    if code == "wrong_language":  # the first response of `answered` is English
        rows = [{**row, "responses": row["responses"][1:]} for row in rows]
    return [text for (_, text), hit in zip(pairs, caught(code, rows), strict=True) if hit]
