"""The final answer of a written solution, and what its steps computed."""

import re
from fractions import Fraction

from quality.gates.batch.demonstrations.arithmetic import number

_NUMBER = r"-?\$?\d{1,15}(?:,\d{3})*(?:\.\d{1,9})?"
# How solutions announce their answer: GSM8K's "####", LaTeX's \boxed, or words at the end.
_ANNOUNCED = re.compile(
    r"(?:####\s*|\\boxed\{\s*|\b(?:final answer|answer|result)\b(?:\s+is)?\s*[:=]?\s*\**\s*)"
    rf"(?P<said>{_NUMBER})"
    r"(?![\d.,]*\s*(?:[-+/x\u00d7\u00b7\u00f7^%:=]|\*(?!\*))|[.,]?\d|\w)",
    re.IGNORECASE,
)
_RESULT = re.compile(rf"=\s*(?P<said>{_NUMBER})(?![.,]?\d|\w|\s*[-+*/x\u00d7\u00b7\u00f7^%(])")


def final_answer(text: str) -> tuple[Fraction, int] | None:
    """The last announced number of `text` and where its announcement begins; None where none is announced."""
    found = list(_ANNOUNCED.finditer(text))
    value = number(found[-1]["said"]) if found else None
    return None if value is None else (value, found[-1].start())


def computed(text: str) -> tuple[Fraction, ...]:
    """Every number that `text` computes: what stands behind an equals sign."""
    values = (number(found["said"]) for found in _RESULT.finditer(text))
    return tuple(value for value in values if value is not None)
