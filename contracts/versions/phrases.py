"""Clauses and their changes in words a vendor manager understands."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from contracts.reading.problems import one_line
from contracts.versions.clauses import Kind

TIMES = "\N{MULTIPLICATION SIGN}"
Rating = Literal["looser", "stricter", "different"]

PRICES = ("ramp.phases.*.price", "ramp.phases.*.prices.*")
# The others are called by their last name.
_TITLES: Mapping[str, str] = {
    "term.due_after_days": "days until a delivery is due",
    "term.remind_days_before": "days of notice before a delivery is due",
    "term.missing_after_days": "days until a late delivery is missing",
    "ramp.volume_under": "tolerated shortfall of volume",
    "ramp.volume_over": "tolerated excess of volume",
    "ramp.excess": "accepted units beyond the tolerated excess",
    "ramp.credits.discard_over_ceiling": "credit for a discard beyond the ceiling",
    "ramp.credits.short_unit": "credit for a missing unit",
    "ramp.credits.late_day": "credit for a day late",
    "ramp.credits.rejected_unit": "credit for a rejected unit",
    "gates.max_unreadable": "tolerated share of unreadable judgements",
    "on_policy.min_share": "least on-policy share",
    "on_policy.min_share_one": "least share with one on-policy response",
    "annotators.max_share": "largest share of one annotator",
    "annotators.min_overlap": "least share of items judged twice",
    "annotators.gold.share": "least share of gold questions",
    "annotators.gold.min_accuracy": "least accuracy on gold questions",
    "annotators.agreement.least": "least agreement",
    "rights.train": "models may be trained on the data",
    "rights.release_data": "the data may be published",
    "rights.release_models": "models may be published",
    "rights.delete_by": "every copy is deleted by",
    "rights.retention_days": "days the data may be kept",
    "training.promotion_margin": "tolerated loss of a new reward model",
}
_SENTENCES: Mapping[str, str] = {"annotators.max_share": "one annotator may do {change} of a batch"}


def change_in_words(pattern: str, address: str, change: str, currency: str) -> str:
    """What a clause is called and how it changes, such as ``production discard ceiling 8 % → 16 %``."""
    if "none" not in change and pattern in _SENTENCES:
        return _SENTENCES[pattern].format(change=change)
    unit = f" {currency}" if pattern in PRICES else ""
    return f"{one_line(_title(pattern, address))} {change}{unit}"


def rating_in_words(pattern: str, rating: Rating, how: str) -> str:
    """The rating for a reader: a price is dearer or cheaper, everything else looser or stricter."""
    priced = {"looser": "dearer", "stricter": "cheaper"} if pattern in PRICES else {}
    return f"{priced.get(rating, rating)} ({how})" if how else priced.get(rating, str(rating))


def value_in_words(value: Any, kind: Kind) -> str:
    """One value, in the unit of its clause: ``8 %``, ``1.50``, ``4 s``, ``a, b``."""
    if value is None or value == ():
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return one_line(", ".join(map(str, value)))
    if isinstance(value, Decimal):
        return f"{value:.2f}" if value == round(value, 2) else f"{value.normalize():f}"
    if isinstance(value, int | float):
        return _number(value, kind)
    return one_line(value.isoformat() if isinstance(value, date) else str(value))


def difference_in_words(old: Any, new: Any) -> str:
    """How far `new` is from `old`: doubled, +29 %, ten times, 14 days later, +name; empty without a how."""
    if isinstance(old, tuple) and isinstance(new, tuple):
        return _members(old, new)
    if isinstance(old, date) and isinstance(new, date):
        days = (new - old).days
        return f"{abs(days)} days {'later' if days > 0 else 'earlier'}"
    if is_number(old) and is_number(new):
        return _ratio(float(old), float(new))
    return ""


def is_number(value: object) -> bool:
    """Is it a number, booleans left out?"""
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def _title(pattern: str, address: str) -> str:
    parts = address.split(".")
    if pattern in _TITLES:
        return _TITLES[pattern]
    if pattern.startswith("ramp.phases.*."):
        return " ".join([parts[2], *parts[3:]]).replace("_", " ")
    if pattern.startswith("ramp.weeks.*."):
        return f"week {parts[2]} {parts[3]}"
    if pattern == "on_policy.checkpoints.*":
        return f"week {parts[2]} checkpoints"
    return " ".join(parts[-2:]).replace("_", " ")


def _number(value: float, kind: Kind) -> str:
    units = {"share": (f"{100 * value:.6g}", " %"), "seconds": (f"{value:g}", " s")}
    text, unit = units.get(kind, (f"{value:g}" if isinstance(value, float) else f"{value}", ""))
    return f"{text}{unit}"


def _ratio(old: float, new: float) -> str:
    if old <= 0 or new <= 0 or not 1e-12 < new / old < 1e12:
        return "" if old == 0 or new == 0 else f"{new - old:+g}"
    ratio = new / old
    for factor, word in ((2.0, "doubled"), (0.5, "halved")):
        if abs(ratio - factor) < 1e-9:
            return word
    if ratio >= 3:
        return f"{ratio:.3g} {TIMES}"
    return f"{100 * (ratio - 1):+.3g} %" if ratio > 1 / 3 else f"1/{1 / ratio:.3g}"


def _members(old: tuple[Any, ...], new: tuple[Any, ...]) -> str:
    more, fewer = [str(one) for one in new if one not in old], [str(one) for one in old if one not in new]
    said = [f"{sign}{name}" for sign, names in (("+", more), ("-", fewer)) for name in names]
    return one_line(", ".join(said)) if said else "in another order"
