"""What each label scheme counts as said: from a vendor's row to the reasons against it."""

import json
from typing import Any

import pytest

from quality.gates.record.judging import gate_records
from quality.gates.record.repeats import Earlier
from rampart.records.reasons import reasons_of
from tests.delivery.reading import JSONL, contract, read

OUTSIDE, MISSING = ["label_outside_scheme"], ["missing_required_field"]
CATEGORY = {"kind": "category", "categories": {"spam": ["yes"], "ham": ["no"]}}
SPANS = {"kind": "spans", "labels": ["typo"]}
ONE, TWO = ["An apple."], ["An apple.", "A chair."]


def codes(scheme: dict[str, Any], row: dict[str, Any], **gates: Any) -> list[str]:
    """The reasons against one row with `prompt`, `responses`, `label` and `why`."""
    record = {"prompt": "prompt", "responses": "responses", "label": "label", "rationale": "why"}
    terms = contract({"rows": JSONL, "record": record}, {"scheme": scheme}, gates=gates)
    full = {"prompt": "Name a fruit.", "responses": ONE, "label": None, "why": None, **row}
    found = read(terms, {"rows.jsonl": json.dumps(full).encode()})
    assert found.quarantine.num_rows == 0
    (mask,) = gate_records(found.records, terms, 1, Earlier()).masks
    return [reason.code for reason in reasons_of(mask)]


@pytest.mark.parametrize(
    ("scheme", "row", "reasons"),
    [
        (CATEGORY, {"label": "yes", "responses": []}, []),
        (CATEGORY, {"label": "maybe", "responses": []}, OUTSIDE),
        (CATEGORY, {"label": None}, MISSING),
        ({"kind": "demonstration"}, {}, []),
        ({"kind": "demonstration"}, {"label": "good"}, []),
        ({"kind": "demonstration"}, {"responses": TWO}, OUTSIDE),
        ({"kind": "demonstration"}, {"responses": []}, MISSING),
        ({"kind": "demonstration"}, {"prompt": " "}, MISSING),
        ({"kind": "critique"}, {"why": "An apple is not named."}, []),
        ({"kind": "critique"}, {"why": " "}, MISSING),
        ({"kind": "critique"}, {"why": "Both.", "responses": TWO}, OUTSIDE),
        (SPANS, {"label": [{"start": 3, "end": 9, "label": "Typo"}]}, []),
        (SPANS, {"label": []}, []),
        (SPANS, {"label": None}, MISSING),
        (SPANS, {"label": {}}, MISSING),
        (SPANS, {"label": [{"start": 3, "end": 10, "label": "typo"}]}, OUTSIDE),  # the text has 9 characters
        (SPANS, {"label": [{"start": 3, "end": 9, "label": "style"}]}, OUTSIDE),
        (SPANS, {"label": "typo"}, OUTSIDE),
        ({"kind": "verifiable"}, {"label": True}, []),
        ({"kind": "verifiable"}, {"label": [True, "failed"], "responses": TWO}, []),
        ({"kind": "verifiable"}, {"label": [True], "responses": TWO}, OUTSIDE),
        ({"kind": "verifiable"}, {"label": "maybe"}, OUTSIDE),
        ({"kind": "verifiable", "threshold": 0.5}, {"label": [0.4, 0.9], "responses": TWO}, []),
        ({"kind": "thumbs"}, {"label": "up"}, []),
        ({"kind": "thumbs"}, {"label": "sideways"}, OUTSIDE),
        ({"kind": "rating", "low": 1, "high": 5}, {"label": 3}, []),
        ({"kind": "ranking"}, {"label": [1, 2], "responses": TWO}, []),
        ({"kind": "ranking"}, {"label": [1, 2, 3], "responses": TWO}, OUTSIDE),
        ({"kind": "binary"}, {"label": []}, MISSING),
    ],
    ids=lambda value: json.dumps(value) if isinstance(value, dict) else None,
)
def test_a_record_says_what_its_scheme_asks_for_or_is_outside_it(
    scheme: dict[str, Any], row: dict[str, Any], reasons: list[str]
) -> None:
    assert codes(scheme, row) == reasons


@pytest.mark.parametrize("empty", [{"prompt": None}, {"responses": []}, {"why": " "}])
def test_a_critique_that_says_nothing_is_outside_the_scheme_where_nothing_is_required(
    empty: dict[str, Any],
) -> None:
    whole = {"why": "An apple is not named."}
    assert codes({"kind": "critique"}, whole, required=[]) == []
    assert codes({"kind": "critique"}, {**whole, **empty}, required=[]) == OUTSIDE
