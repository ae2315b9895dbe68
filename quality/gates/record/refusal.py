"""Responses that refuse, told by how they open.

Only the opening counts: a story in which somebody refuses is none, nor is advice that says no at its end.
What it does not say: that the refusal is wrong. Contracts about harmless answers want some.
"""

from collections.abc import Mapping
from typing import Any

from quality.gates.record.gate import Asked, RecordGate, Seen
from quality.gates.record.openings import Opening
from quality.gates.record.texts import any_text, first_match, phrases, quick, seen_in


def _opening() -> str:
    said = phrases("refusal")
    before, sorry, model, unable = (said[name] for name in ("before", "sorry", "as_a_model", "unable"))
    refused = f"(?:{sorry})?{model}?(?:{unable}{said['verbs']}|{said['outright']})"
    unfit = f"(?:(?:{sorry}){model}?|{model}){said['unfit']}"
    ways = "|".join([refused, unfit, *said["other_languages"]])
    return quick(rf"\A[\s\"'“”*_>]*{before}(?:{ways})")


OPENING = _opening()


def _seen(record: Mapping[str, Any], _: Asked) -> Seen:
    return seen_in(record, ("responses",), lambda text: first_match(OPENING, text), "responses that answer")


GATES = (
    RecordGate(
        "refusal",
        lambda terms: terms.gates.refusals,
        lambda _: any_text(("responses",), Opening(OPENING).of),
        _seen,
    ),
)
