"""Responses that are blank, or all the same."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl

from quality.gates.record.gate import Asked, RecordGate, Seen
from quality.gates.record.held import Held, Records

_CONTENTS = pl.col("responses").list.eval(pl.element().struct.field("content").str.strip_chars())
_BLANK = _CONTENTS.list.eval(pl.element() == "").list.any()
_SAME = (pl.col("responses").list.len() > 1) & (_CONTENTS.list.n_unique() == 1)


def _blank(held: Held) -> Records:
    responses = held.texts("responses")
    return held.where(_BLANK, among=responses.of_records(np.flatnonzero(responses.trimmed_sizes == 0)))


def _same(held: Held) -> Records:
    """Only those of which all responses are of one size need be compared."""
    responses = held.texts("responses")
    sizes, owners = responses.trimmed_sizes, responses.owners
    one = np.zeros(responses.records, np.int64)
    one[owners] = sizes
    unlike = responses.of_records(np.flatnonzero(sizes != one[owners]))
    several = np.bincount(owners, minlength=responses.records) > 1
    return held.where(_SAME & ~_BLANK, among=several & ~unlike)


def _empty(record: Mapping[str, Any], _: Asked) -> Seen:
    blank = [str(place) for place, one in enumerate(record["responses"], 1) if not one["content"].strip()]
    return Seen(
        f"response {' and '.join(blank)} of {len(record['responses'])} is blank", "text in every response"
    )


def _identical(record: Mapping[str, Any], _: Asked) -> Seen:
    return Seen(f"{len(record['responses'])} times the same text", "responses that differ")


GATES = (
    RecordGate("empty_response", lambda terms: terms.gates.empty_response, lambda _: _blank, _empty),
    RecordGate(
        "identical_responses",
        lambda terms: terms.gates.identical_responses,
        lambda _: _same,
        _identical,
    ),
)
