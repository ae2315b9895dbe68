"""Records with personal data in them, where the contract forbids it.

By default what is found has a form: addresses of mail and machines, phone, account, card, passport and
social security numbers, streets beside a word that says whose. Names and stories have none and are not
found.
"""

from collections.abc import Callable, Iterator, Mapping
from itertools import chain
from typing import Any

from contracts.model import Contract
from contracts.terms.gates import Policy
from quality.gates.record.gate import Asked, RecordGate, Seen, Test
from quality.gates.record.held import FIELDS, Places, Texts
from quality.gates.record.identifiers import COLONS, DOTTED, MANY_DIGITS, STREET_WORDS, Found, identifiers
from quality.gates.record.presidio import SUSPECT, recognised, recognizers
from quality.gates.record.texts import any_text, quick, seen_in, union

# What "liv(es) at" and the like hold, with regard to case: a quarter of the cost of looking for them in full.
_MAYBE_STREET = r"ive at|ives at|ived at|iving at|esid|ddress|il to|ip to|it to|er to|ed to|DDRESS"


def _policy(contract: Contract) -> Policy:
    return "discard" if contract.privacy.pii == "forbid" else "allow"


def _finds(contract: Contract) -> Callable[[str], Iterator[Found]]:
    if contract.privacy.detector == "patterns":
        return identifiers
    recognizers()  # say at once that they are missing, not at the first text
    return lambda text: chain(identifiers(text), recognised(text))


def _test(asked: Asked) -> Test:
    finds, also = _finds(asked.contract), asked.contract.privacy.detector == "presidio"

    def suspects(texts: Texts) -> Places:
        forms = ("@", *(form.pattern for form in (MANY_DIGITS, DOTTED, COLONS)), *([SUSPECT] if also else []))
        street = texts.matching(quick(STREET_WORDS.pattern), texts.holding(_MAYBE_STREET))
        return union(street, *map(texts.holding, forms))

    return any_text(FIELDS, suspects, lambda text: next(finds(text), None) is not None)


def _named(found: list[Found]) -> str | None:
    more = f" and {len(found) - 1} more" if len(found) > 1 else ""
    return f"{found[0].kind} {_masked(found[0].value)}{more}" if found else None


def _masked(value: str) -> str:
    """Enough of it to find the place, too little to pass it on."""
    return f"{value[:3]}…{value[-2:]}"


def _seen(record: Mapping[str, Any], asked: Asked) -> Seen:
    finds = _finds(asked.contract)
    return seen_in(
        record, FIELDS, lambda text: _named(list(finds(text))), "no personal data (privacy.pii: forbid)"
    )


GATES = (RecordGate("personal_data", _policy, _test, _seen),)
