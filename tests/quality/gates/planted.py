"""Records that each have one reason, terms under which they have it, and what they are compared with."""

from datetime import timedelta
from typing import Any

import polars as pl

from contracts.model import Contract
from contracts.terms.annotators import Annotators
from contracts.terms.gates import RecordGates
from contracts.terms.rights import Privacy
from quality.gates.record.repeats import Earlier
from rampart.records.identity import record_keys
from tests.quality.gates import planted_copies
from tests.quality.gates.delivered import MONDAY, record, response, table, terms
from tests.quality.gates.planted_texts import TEXTS, TEXTS_ASKED

STRICT = terms(
    {
        **TEXTS_ASKED,
        "required": ["prompt", "responses", "label", "annotator_id"],
        "copied_work": "discard",
        "min_duration_s": 5,
        "max_duration_s": 900,
        "author_labels": "discard",
        "fields": {
            "language": {"values": ["en"]},
            "turn": {"max": 9},
            "rationale": {"max_chars": 200},
            "difficulty": {"pattern": "[a-z]+"},
        },
        "rules": [{"name": "law", "when": "domain IS NOT NULL", "expect": "domain = 'law'", "problem": "?"}],
    },
    on_policy={"checkpoints": {1: ["pol-1"]}, "lineage": "work_order"},
).model_copy(
    update={
        "privacy": Privacy(pii="forbid"),
        "annotators": Annotators(roster="roster.csv", off_roster="discard"),
    }
)
DIGESTS = [response(f"Answer {side} {number}")["sha256"] for number in (1, 2) for side in "AB"]
ISSUED = frozenset((f"w-{n}", "pol-1", d) for n, d in zip((1, 1, 2, 2), DIGESTS, strict=True))


def asking(reason: str) -> Contract:
    """`STRICT`, asking for `reason` too."""
    gates = {**STRICT.gates.model_dump(), **planted_copies.ASKED.get(reason, {})}
    return STRICT.model_copy(update={"gates": RecordGates.model_validate(gates)})


def keys_of(*rows: dict[str, Any]) -> pl.DataFrame:
    return record_keys(pl.DataFrame(pl.from_arrow(table(*rows))))


EARLIER = Earlier(program=keys_of(record(2, annotator_id="someone else")))
PLANTED: dict[str, tuple[dict[str, Any], ...]] = {
    "missing_required_field": (record(1, annotator_id=None),),
    "label_outside_scheme": (record(1, raw_label='"maybe"', ranking=None),),
    "duplicate_record_id": (
        record(1),
        record(2, record_id="r1", prompt=[{"role": "user", "content": "New"}]),
    ),
    "exact_duplicate": (record(1), record(1, record_id="r2")),
    "copied_work": (record(2),),
    "empty_response": (record(1, responses=[response("A"), response(" \n")]),),
    "identical_responses": (record(1, responses=[response("A"), response("A ")]),),
    "outside_week": (record(1, started_at=MONDAY - timedelta(seconds=9), submitted_at=MONDAY),),
    "too_fast": (record(1, duration_s=4.9),),
    "checkpoint_not_allowed": (record(1, responses=[response("A"), response("B", "pol-0")]),),
    "response_not_issued": (record(1, responses=[response("A"), response("Answer B 1")]),),
    "value_not_listed": (record(1, language="fr"),),
    "value_out_of_range": (record(1, turn=10),),
    "wrong_length": (record(1, rationale="Because it is longer. " * 10),),
    "wrong_form": (record(1, difficulty="Hard"),),
    "rule_broken": (record(1, domain="code"),),
    "not_on_roster": (record(1, annotator_id="ann-9"),),
    "item_not_in_work_order": (record(1, work_order_item="w-9"),),
    "too_slow": (record(1, duration_s=None, submitted_at=MONDAY + timedelta(hours=1, seconds=901)),),
    "author_judged": (record(1, prompt_author_id="ann-1"),),
    **planted_copies.ROWS,
    **TEXTS,
}

# What an unknown item sent out is nothing, whatever the response.
IMPLIED = {"item_not_in_work_order": ("response_not_issued",)}
