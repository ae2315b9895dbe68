"""Identity numbers by Presidio's recognisers where they are installed, and a clear word where not."""

import socket
import sys
from importlib.util import find_spec

import polars as pl
import pytest

from contracts.terms.rights import Privacy
from quality.gates.record import presidio
from quality.gates.record.gate import Asked
from quality.gates.record.judging import mask_by
from quality.gates.record.registry import GATE_BY_CODE
from tests.quality.gates.delivered import table, terms
from tests.quality.gates.judged import answered, published

installed = pytest.mark.skipif(
    None in map(find_spec, ("presidio_analyzer", "spacy")),
    reason="the extra is not installed: pip install 'rampart[presidio]'",
)
ASKED = Asked(terms().model_copy(update={"privacy": Privacy(pii="forbid", detector="presidio")}), 1)
GATE = GATE_BY_CODE["personal_data"]
NUMBERS = [
    "Mi NIF es 12345678Z.",
    "Il suo codice fiscale: RSSMRA85M01H501Q",
    "His NHS number is 943 476 5919.",
    "Send it to 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa please",
    "Write to maria.lopez@posteo.de.",
]
NO_NUMBERS = [
    "Mi NIF es 12345678A.",
    "The product 943 476 5919 is sold out.",
    "0072973525693 and 3141592653589793",
    "A plain answer.",
]


def found(*texts: str) -> list[bool]:
    """Which responses the gate finds personal data in."""
    frame = pl.DataFrame(pl.from_arrow(table(*answered(*texts))))
    return [mask == GATE.reason.mask for mask in mask_by([GATE], frame, ASKED)]


@installed
@pytest.mark.filterwarnings("ignore")  # of the library's own imports
def test_identity_numbers_are_found_without_the_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    assert found(*NUMBERS) == [True] * len(NUMBERS)
    assert found(*NO_NUMBERS) == [False] * len(NO_NUMBERS)
    assert GATE.seen(answered(NUMBERS[0])[0], ASKED).found == "response 2: es nif 123…8Z"


@installed
@pytest.mark.filterwarnings("ignore")
def test_public_answers_hold_no_identity_numbers() -> None:
    assert not any(found(*(text for _, text in published("oasst"))))


def test_without_the_library_the_contract_s_clause_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "presidio_analyzer", None)
    presidio.recognizers.cache_clear()
    with pytest.raises(
        ModuleNotFoundError, match=r"privacy\.detector: presidio needs a library that is not installed"
    ):
        found("No number at all.")
    presidio.recognizers.cache_clear()
