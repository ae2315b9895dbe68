"""National identity numbers, by the pattern recognisers of Presidio (Microsoft): an extra, for contracts that
ask.

Only recognisers that check a sum are used, none that needs a model or the network (that of e-mail addresses
fetches the list of public suffixes). One number of digits in ten passes such a sum by chance, so that
digits alone count only beside a word the recogniser knows them by.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from quality.gates.record.identifiers import Found

_CHECKED = (
    *(
        "AuTfn",
        "CaSin",
        "Crypto",
        "DeTaxId",
        "EsNie",
        "EsNif",
        "FiPersonalIdentityCode",
        "InAadhaar",
        "ItFiscalCode",
    ),
    *("KrRrn", "Nhs", "PlPesel", "SePersonnummer", "ThTnin", "TrNationalId", "ZaIdNumber"),
)
_VALID = 1.0  # Presidio's score of a find whose sum is right
_AROUND_CHARS = 60
# Every one of these numbers has a digit with at least six letters, digits or separators behind it.
SUSPECT = r"[0-9](?:[ .-]?[0-9A-Za-z]){6}"


def recognised(text: str) -> Iterator[Found]:
    """Identity numbers in a text."""
    for recognizer in recognizers():
        for one in recognizer.analyze(text, recognizer.supported_entities, None) or ():
            value = text[one.start : one.end]
            if one.score >= _VALID and (re.search(r"[A-Za-z]", value) or _told(recognizer, text, one)):
                yield Found(recognizer.supported_entities[0].replace("_", " ").lower(), value)


def _told(recognizer: Any, text: str, one: Any) -> bool:
    around = text[max(0, one.start - _AROUND_CHARS) : one.end + _AROUND_CHARS].casefold()
    return any(re.search(rf"\b{re.escape(word.casefold())}\b", around) for word in recognizer.context or ())


@cache
def recognizers() -> tuple[Any, ...]:
    """The recognisers; `ModuleNotFoundError` says what to install where they are not."""
    try:
        from presidio_analyzer import predefined_recognizers  # noqa: PLC0415 (an extra, and seconds to import)
    except ModuleNotFoundError as absent:
        raise ModuleNotFoundError(
            "privacy.detector: presidio needs a library that is not installed; "
            "install it (pip install 'rampart[presidio]') or set privacy.detector: patterns"
        ) from absent
    return tuple(getattr(predefined_recognizers, f"{name}Recognizer")() for name in _CHECKED)
