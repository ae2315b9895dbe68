"""Schemes about one response that compare nothing: demonstrations, critiques, marked passages."""

from collections.abc import Mapping, Sequence
from typing import Any

from contracts.language.words import as_number, word
from contracts.terms.annotation import Spans
from rampart.records.labels.label import Form, Label

LONGEST = 2**31 - 1  # characters; the record's column has 32 bits


def unlabelled() -> Form:
    """Demonstrations and critiques: one response says it all, and any label beside it is only kept."""
    return Form(lambda _raw, responses: Label(None) if responses == 1 else None, lambda _said: None)


def spans(scheme: Spans) -> Form:
    """Marked passages of one response; an empty list says that nothing is to be marked.

    Passages keep their order; they may touch, overlap, or be empty (a place where something is missing).
    """
    spelt: dict[str, str] = {}
    for each in scheme.labels:
        spelt.setdefault(word(each), each if isinstance(each, str) else word(each))

    def read(raw: Any, responses: int) -> Label | None:
        if responses != 1 or not isinstance(raw, list | tuple):
            return None
        found = [_span(one, spelt) for one in raw]
        marked = tuple(span for span in found if span is not None)
        return Label(None, spans=marked) if len(marked) == len(found) else None

    return Form(read, _write)


def within(marked: Sequence[Mapping[str, Any]], texts: Sequence[str | None]) -> bool:
    """Does every passage end inside the text it marks? `texts` are the responses, in the order shown."""
    return all(
        span["response"] < len(texts) and span["end"] <= len(texts[span["response"]] or "") for span in marked
    )


def _span(raw: Any, spelt: Mapping[str, str]) -> dict[str, Any] | None:
    if not isinstance(raw, dict):
        return None
    said = raw.get("label")
    label = spelt.get(word(said)) if isinstance(said, str | int | float) else None
    start, end = as_number(raw.get("start")), as_number(raw.get("end"))
    if label is None or start is None or end is None or as_number(raw.get("response") or 0) != 0:
        return None
    if not (start.is_integer() and end.is_integer() and 0 <= start <= end <= LONGEST):
        return None
    return {"response": 0, "start": int(start), "end": int(end), "label": label}


def _write(said: Label) -> list[dict[str, Any]]:
    return [{name: span[name] for name in ("start", "end", "label")} for span in said.spans or ()]
