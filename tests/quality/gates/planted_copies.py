"""One delivery for each reason that is about copies, in which the last record alone has it."""

from typing import Any

from quality.gates.evaluation.overlap import index_of
from quality.gates.evaluation.sets import Item, ReadSet
from tests.quality.gates.delivered import record, response

_SAID = "because it names all five rivers, their length and the seas."
_LONG = [response(f"{side} {_SAID}") for side in "AB"]
_EDITED = [response(f"{side} {_SAID.replace('five', 'six')}") for side in "AB"]
_REASON = "It names each river and says where it ends."
HELD_OUT = index_of([ReadSet("held-out", "d", (Item(1, "Because it names all five rivers, their length."),))])
ROWS: dict[str, tuple[dict[str, Any], ...]] = {
    "repeated_work": (record(1), record(1, record_id="r2", annotator_id="someone else")),
    "near_duplicate": (
        record(1, responses=_LONG),
        record(2, prompt=record(1)["prompt"], responses=_EDITED),
    ),
    "copied_rationale": (record(1, rationale=_REASON), record(2, rationale=f"{_REASON.upper()}!")),
    "in_evaluation_set": (record(1, responses=_LONG),),
}
# What asks for each: contracts in force do not, and some of it would find what other reasons find as well.
ASKED: dict[str, dict[str, Any]] = {
    "repeated_work": {"repeated_work": "discard"},
    "near_duplicate": {"near_duplicates": "discard"},
    "copied_rationale": {"copied_rationales": "discard"},
    "in_evaluation_set": {"evaluation_sets": [{"name": "held-out", "path": "held-out.txt"}]},
}
