"""Groups of terms a contract may do without, as they are offered: commented out, ready to switch on."""

from collections.abc import Collection
from typing import Any

# Group → what it does and what to think about, and terms to begin with.
_GROUPS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    (
        "gates",
        "What every record must satisfy. Which fields may never be empty? How fast is too fast?",
        {"required": ["prompt", "responses", "label"], "min_duration_s": 4, "copied_work": "discard"},
    ),
    (
        "on_policy",
        "Which checkpoints the responses may come from, by week. Old responses teach an old policy.",
        {"checkpoints": {1: ["policy-week-1"]}, "newest": 1, "min_share": 0.8, "on_breach": "hold"},
    ),
    (
        "mix",
        "What a batch should be made of; the shares sum to 1. Which domains does the model lack?",
        {"domain": {"shares": {"coding": 0.5, "writing": 0.5}, "tolerance": 0.05}},
    ),
    (
        "annotators",
        "Who may judge, how much, and how well they must agree. Name what you would really act on.",
        {
            "max_share": 0.05,
            "max_hours_per_day": 8,
            "min_overlap": 0.1,
            "agreement": {"coefficient": "krippendorff_alpha", "least": 0.4},
        },
    ),
    (
        "audits",
        "How far preferences may lean on length or position before it counts; blocking has a person decide.",
        {
            "length": {"max_lean": 0.1, "severity": "blocking"},
            "position": {"max_lean": 0.05, "severity": "blocking"},
            "pace": {"min_median_s": 8, "severity": "advisory"},
        },
    ),
    (
        "review",
        "How many accepted records people judge, and how many defects they may find before a person decides.",
        {"plan": {"method": "aql", "aql_percent": 2.5, "level": "II", "on_fail": "hold"}, "also": 100},
    ),
    (
        "holds",
        "Who may decide about a held batch. Empty: anyone who gives a name.",
        {"lifted_by": ["Data lead"]},
    ),
    (
        "redelivery",
        "How discarded work may be done again. How long, how often, all of it or what was discarded?",
        {"within_days": 10, "max_rounds": 2, "scope": "discarded_records"},
    ),
    (
        "disputes",
        "How the vendor may contest a verdict. Long enough to look, short enough to close the books.",
        {"within_days": 10, "answer_within_days": 10},
    ),
    (
        "invoicing",
        "How an invoice is compared with the books, and when money moves.",
        {"tolerance": 0, "within_days": 30, "payment_days": 30},
    ),
    (
        "rights",
        "What may be done with the data and with models trained on it. Ask your lawyers, not the vendor.",
        {
            "train": True,
            "evaluate": True,
            "release_data": False,
            "release_models": True,
            "retention_days": 730,
        },
    ),
    (
        "privacy",
        "Personal data in deliveries, and the consent annotators signed.",
        {"pii": "forbid", "annotator_consent": "v1"},
    ),
    (
        "training",
        "How accepted batches become a reward model, and what they must do for it.",
        {"backend": "linear", "retrain": "every_batch", "promotion_margin": 0.02},
    ),
)
_ASKS = {"mix": "domain", "annotators": "annotator_id"}
Group = tuple[str, str, dict[str, Any]]


def groups(record: Collection[str]) -> list[Group]:
    """All groups, with a word where they need a field that `record` does not map."""
    offered: list[Group] = []
    for name, about, terms in _GROUPS:
        asked = _ASKS.get(name)
        missing = f" Map delivery.record.{asked} first." if asked and asked not in record else ""
        needed = (
            {"required": [field for field in terms["required"] if field in record]} if name == "gates" else {}
        )
        offered.append((name, about + missing, {**terms, **needed}))
    return offered
