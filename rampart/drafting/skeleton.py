"""The terms a first contract has whatever the vendor's files look like: parties, term, the stepped ramp."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

# The standard ramp: two weeks in which both sides learn the guideline, two in which the volume steps up, two
# at full volume.
VOLUMES = (2_000, 5_000, 10_000, 20_000, 30_000, 30_000)
_PHASES: dict[str, dict[str, Any]] = {
    "calibration": {"discard_ceiling": 0.35, "on_breach": "partial"},
    "ramp": {"discard_ceiling": 0.15, "on_breach": "hold"},
    "production": {"discard_ceiling": 0.05, "on_breach": "hold"},
}
# ISO 4217 currencies without the usual two decimal places.
_MINOR = {"JPY": 0, "KRW": 0, "VND": 0, "CLP": 0, "ISK": 0, "BHD": 3, "KWD": 3, "OMR": 3, "JOD": 3, "TND": 3}


@dataclass(frozen=True)
class Answers:
    """What a person is asked."""

    vendor: str
    name: str
    start: date
    weeks: int = len(VOLUMES)
    volumes: tuple[int, ...] = VOLUMES
    price: Decimal = Decimal("1.00")
    currency: str = "USD"

    @property
    def vendor_id(self) -> str:
        """The vendor's short name: its folder in the drop."""
        return slug(self.vendor)


def slug(text: str) -> str:
    """A short name of lower-case letters, digits and dashes."""
    plain = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:60].strip("-")
    return plain or "vendor"


def next_monday(today: date) -> date:
    """The first Monday after `today`."""
    return today + timedelta(days=7 - today.weekday())


def phase_of(week: int, weeks: int) -> str:
    """The phase of a week: a third calibration, a third the ramp; a single week is production."""
    if weeks == 1:
        return "production"
    third = max(1, round(weeks / 3))
    return "calibration" if week <= third else "ramp" if week <= 2 * third and week < weeks else "production"


def ramp(answers: Answers) -> dict[str, Any]:
    """The `ramp` section; weeks beyond the volumes given repeat the last."""
    volumes = (*answers.volumes, *[answers.volumes[-1]] * answers.weeks)[: answers.weeks]
    weeks = {
        number: {"phase": phase_of(number, answers.weeks), "units": units}
        for number, units in enumerate(volumes, start=1)
    }
    named = {week["phase"] for week in weeks.values()}
    phases = {name: {**terms, "price": answers.price} for name, terms in _PHASES.items() if name in named}
    minor = _MINOR.get(answers.currency)
    money = {"currency": answers.currency, **({} if minor is None else {"minor_units": minor})}
    return {"weeks": weeks, "phases": phases, **money}


SCHEMES: dict[str, dict[str, Any]] = {
    "binary": {"kind": "binary", "a": ["a"], "b": ["b"]},
    "arena": {"kind": "arena", "a": ["a"], "b": ["b"], "tie": ["tie"], "both_bad": ["both_bad"]},
    "likert": {"kind": "likert", "low": 1, "high": 8, "low_prefers": "a"},
    "rating": {"kind": "rating", "low": 1, "high": 5},
    "ranking": {"kind": "ranking", "best": "low"},
    "thumbs": {"kind": "thumbs", "up": ["up"], "down": ["down"]},
    "verifiable": {"kind": "verifiable", "passed": ["pass"], "failed": ["fail"]},
    "demonstration": {"kind": "demonstration"},
    "critique": {"kind": "critique"},
    "spans": {"kind": "spans", "labels": ["minor", "major"]},
    "category": {"kind": "category", "categories": {"yes": ["yes"], "no": ["no"]}},
}
_RECORD = {
    "record_id": "id",
    "item_id": "item",
    "prompt": "prompt",
    "responses": "responses[].{content: text, checkpoint_id: model}",
    "label": "label",
    "rationale": "rationale",
    "annotator_id": "annotator",
    "started_at": "started_at",
    "submitted_at": "submitted_at",
    "domain": "domain",
    "language": "language",
}
_WITHOUT = {"demonstration": {"label"}, "critique": {"label"}, "category": {"responses"}}
_TOLD = {"prompt": "text, or a list of {role, content}", "responses": "in the order shown on the screen",
         "annotator_id": "kept as a keyed hash only", "started_at": "ISO 8601, UTC where no offset is given",
         "label": "written as annotation.scheme says"}  # fmt: skip


def standard_reading(kind: str) -> tuple[dict[str, Any], dict[str, str]]:
    """Sections for files in a plain shape of our own, with a comment for some fields by address."""
    record = {name: text for name, text in _RECORD.items() if name not in _WITHOUT.get(kind, set())}
    sections: dict[str, Any] = {
        "annotation": {"scheme": SCHEMES[kind]},
        "delivery": {"rows": {"path": "*.jsonl", "format": "jsonl"}, "record": record},
    }
    return sections, {f"delivery.record.{name}": text for name, text in _TOLD.items() if name in record}
