"""Whatever a vendor writes, a gate over text gives an answer, and soon."""

import time

import pytest

from quality.gates.record.registry import GATES
from tests.quality.gates.judged import answered, caught

TEXT_GATES = (
    "truncated_response",
    "refusal",
    "boilerplate",
    "damaged_text",
    "hidden_characters",
    "personal_data",
    "aimed_at_judge",
)
LONG = 20_000
ODD = {
    "blanks": " " * LONG,
    "line ends": "\n" * LONG,
    "wide blanks": "\u3000" * 200,
    "bullets": "- \n" * 200,
    "numbers of lists": "1. \n" * 200,
    "one letter": "a",
    "controls": "\x1c\x1d" * 100,
    "a verdict and line ends": '"[[A]]"' + "\n" * LONG,
    "quoted verdicts": '"[[A]]" said x. ' * 4_000,
    "a passport and blanks": "passport" + " " * LONG + "x 1 2 3 4 5 6 7",
    "numbers like telephones": "call 1 555 123 4567 x " * 2_000,
    "marks of direction": "\u202e\u2066" * 2_000,
    "half-read bytes": "Ã©" * 5_000,
}
SOON_S = 5.0  # each takes some hundredths of a second; what grows with the square takes minutes


@pytest.mark.parametrize("text", ODD.values(), ids=ODD)
@pytest.mark.parametrize("code", TEXT_GATES)
def test_a_gate_over_text_answers_whatever_stands_there(code: str, text: str) -> None:
    assert code in {gate.code for gate in GATES}
    began = time.process_time()
    assert len(caught(code, answered(text, "An answer as people write them."))) == 2
    assert time.process_time() - began < SOON_S
