"""The vendors' contracts: what is asked of a large delivery, so that every kind of fault has its reason."""

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any

from contracts.model import Contract
from simulator.volume.vendors import FILE, Vendor

WEEK = 1
START = datetime(2026, 1, 12, tzinfo=UTC)
DOMAINS = ("coding", "math", "writing", "chat", "safety", "instructions", "reasoning")
CHECKPOINTS = tuple(f"pol-2026-01-{day:02d}-s{step}" for day, step in ((5, 1000), (8, 1200), (12, 1400)))
GUIDELINE = "v3.2"
MAX_RESPONSE_CHARS = 1_500  # at which generation was cut off
MIN_DURATION_S, MAX_DURATION_S = 4.0, 3600.0

_NESTED = {
    "prompt": "messages",
    "responses": "responses[].{content: text, checkpoint_id: model, response_id: id}",
}
_FIELDS = {
    "record_id": "record_id",
    "label": "label",
    "annotator_id": "annotator_id",
    "prompt_author_id": "author_id",
    "started_at": "started_at",
    "submitted_at": "submitted_at",
    "duration_s": "duration_s",
    "domain": "domain",
    "language": "language",
    "turn": "turn",
    "guideline_version": "guideline",
    "rationale": "rationale",
}
_TEXTS = (
    *("truncated_responses", "refusals", "boilerplate"),
    *("damaged_text", "hidden_characters", "aimed_at_judges"),
)
_GATES = {
    "required": ["prompt", "responses", "label", "annotator_id", "domain", "rationale"],
    "author_labels": "discard",
    "repeated_work": "discard",
    "min_duration_s": MIN_DURATION_S,
    "max_duration_s": MAX_DURATION_S,
    "max_response_chars": MAX_RESPONSE_CHARS,
    "rules": [
        {
            "name": "guideline",
            "expect": f"guideline_version = '{GUIDELINE}'",
            "problem": "the work followed an old guideline",
        }
    ],
    **dict.fromkeys(_TEXTS, "discard"),
}
# Reason → the terms that ask for it, where finding it costs more than all other gates together.
PRICED: dict[str, dict[str, dict[str, Any]]] = {
    "near_duplicate": {"gates": {"near_duplicates": "discard", "copied_rationales": "discard"}},
    "wrong_language": {"gates": {"language": "discard"}},
    "personal_data": {"privacy": {"pii": "forbid"}},
}


def contract_of(vendor: Vendor, units: int, priced: Collection[str] = ()) -> Contract:
    """The contract of `vendor` for a delivery of `units` rows.

    It asks for every cheap record gate, and of those that cost more (`PRICED`) for the reasons in `priced`.
    """
    production = {"discard_ceiling": 0.1, "price": "1.00"}
    return Contract.model_validate(
        {
            "contract_id": f"dc-{vendor.id}",
            "version": "1.0.0",
            "status": "active",
            "name": f"Preferences of {vendor.id}",
            "digest": "0" * 64,
            "vendor": {"id": vendor.id, "name": vendor.id.title()},
            "program": "volume",
            "term": {"start": START.date().isoformat(), "weeks": 1},
            "ramp": {
                "weeks": {WEEK: {"phase": "production", "units": max(units, 1)}},
                "phases": {"production": production},
            },
            "annotation": {"scheme": vendor.scheme},
            "delivery": {
                "rows": {"path": FILE, "format": "jsonl"},
                "record": {**_FIELDS, **(_flat(vendor) if vendor.flat else _NESTED)},
            },
            "gates": _GATES | {"fields": _fields(vendor)} | _asked(priced, "gates"),
            "privacy": _asked(priced, "privacy"),
            "annotators": {"roster": "roster.csv", "off_roster": "discard"},
            "on_policy": {"checkpoints": {WEEK: CHECKPOINTS}},
        }
    )


def _asked(priced: Collection[str], section: str) -> dict[str, Any]:
    """The terms of one section that ask for reasons in `priced`."""
    return {name: value for code in priced for name, value in PRICED[code].get(section, {}).items()}


def _fields(vendor: Vendor) -> dict[str, Any]:
    return {
        "record_id": {"pattern": rf"{vendor.id}-[0-9]{{9}}"},
        "domain": {"values": DOMAINS},
        "turn": {"min": 1, "max": 20},
        "rationale": {"min_chars": 15},
    }


def _flat(vendor: Vendor) -> dict[str, Any]:
    responses = [
        {"content": f"response_{number}", "checkpoint_id": f"model_{number}"}
        for number in range(1, vendor.responses + 1)
    ]
    return {"prompt": "prompt", "responses": responses}
