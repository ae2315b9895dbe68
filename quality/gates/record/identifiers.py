"""What names or reaches a person, found by its form: a pack of patterns, each checked before it counts.

A form alone says little: most long numbers are no cards. So checksums, numbering plans and reserved ranges
are asked of the libraries that keep them (python-stdnum, phonenumbers, the standard library's `ipaddress`),
and what only looks like personal data beside a word that says so ("passport", "I live at") is looked for
beside it. What is set aside for documentation is nobody's: 192.0.2.0/24 (RFC 5737), example.com (RFC 2606),
555-0100 to 555-0199 (NANPA), the test cards of payment processors.
"""

import ipaddress
import re
from collections.abc import Iterator
from typing import NamedTuple

import phonenumbers
from phonenumbers import PhoneNumberMatcher, PhoneNumberType
from stdnum import iban, luhn
from stdnum.us import ssn

from quality.gates.record.texts import phrases

_NONE = phrases("personal")
_AROUND_CHARS = 40

# What must be there for a find, in forms that are quick to look for, in Python and in polars.
MANY_DIGITS = re.compile(r"[0-9](?:[ .()/-]{0,2}[0-9]){5}")
DOTTED = re.compile(r"[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]")
COLONS = re.compile(r"[0-9a-fA-F]:[0-9a-fA-F]{0,4}:[0-9a-fA-F]{1,4}")
STREET_WORDS = re.compile(
    r"(?:(?:liv|resid)(?:e[sd]?|ing) at|address|(?:mail|ship|deliver(?:ed)?) (?:it )?to)[^\n]{0,60}[0-9]",
    re.IGNORECASE,
)

_EMAIL = re.compile(
    r"(?<![\w.+@:/-])([\w.+%-]{1,64})@((?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,24})\b",
    re.IGNORECASE,
)
_PHONE_WORDS = re.compile(
    r"\b(?:phone|tele?phone|tel|call|mobile|cell|fax|whatsapp|text|sms|reach|dial)\b", re.IGNORECASE
)
_PLUS = re.compile(r"\+ ?\(?\d")
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?\b")
_CARD = re.compile(r"(?<![\d.-])[2-6]\d{3}([ -]?)(?:\d{4}\1\d{4}\1\d{4}|\d{6}\1\d{4,5})(?![\d-])")
_CARD_WORDS = re.compile(
    r"\b(?:card|visa|mastercard|amex|american express|credit|debit|cvv|cvc|expir\w*)\b", re.IGNORECASE
)
_SSN = re.compile(r"(?<![\d-])\d{3}-\d{2}-\d{4}(?![\d-])")
_IPV4 = re.compile(r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w]|\.\d)")
_IPV6 = re.compile(r"(?<![\w:.])(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{1,4}(?![\w:.])", re.IGNORECASE)
_VERSION = re.compile(
    r"(?:\bv|version|release|chapter|section|build|firmware|driver|mask|subnet)\W{0,3}\Z", re.IGNORECASE
)
_PASSPORT = re.compile(
    r"\bpassport(?:\s{1,8}(?:no|number|num|nr|id))?\s{0,8}(?:(?:\.|:|#|is|=)\s{0,4}){0,6}"
    r"([A-Z]{0,2}\d{6,9}[A-Z]?)\b",
    re.IGNORECASE,
)
_STREET = re.compile(
    r"(?i:\b(?:live[sd]? at|living at|reside[sd]? at|residing at|home address|(?:my|his|her|their) address|"
    r"address is|mail (?:it )?to|ship (?:it )?to|deliver(?:ed)? (?:it )?to)\b|\baddress:)[^\n\d]{0,40}"
    r"(\d{1,5}[A-Z]?,? (?:[NSEW]\.? )?(?:[A-Z][a-z]+\.? ){1,3}(?:Street|St|Avenue|Ave|Road|Rd|Boulevard|Blvd|"
    r"Lane|Ln|Drive|Dr|Court|Ct|Way|Place|Pl|Terrace|Crescent|Close)\b)"
)
# Numbers written as at home are read as one of these; others are found where they begin with a plus.
_HOMES = ("US", "GB")
_PERSONAL_LINES = (
    PhoneNumberType.FIXED_LINE,
    PhoneNumberType.MOBILE,
    PhoneNumberType.FIXED_LINE_OR_MOBILE,
    PhoneNumberType.PERSONAL_NUMBER,
    PhoneNumberType.VOIP,
)
# Numbers for drama: NANPA's 555-0100 to 555-0199, and Ofcom's.
_DRAMA = re.compile(
    r"\+1\d{3}55501\d\d|\+44(?:1632960|7700900|2079460|1(?:13|14|15|16|17|18|21|31|41|51|61)4960|1914980|2890180|"
    r"2920180|3069990)\d+"
)


class Found(NamedTuple):
    """One find: what kind of data it is, and the passage."""

    kind: str
    value: str


def identifiers(text: str) -> Iterator[Found]:
    """Everything in a text that looks like personal data."""
    if "@" in text:
        yield from _emails(text)
    if MANY_DIGITS.search(text):
        yield from _phones(text)
        yield from _accounts(text)
        yield from (Found("passport number", one[1]) for one in _PASSPORT.finditer(text))
    if DOTTED.search(text) or COLONS.search(text):
        yield from _machines(text)
    if STREET_WORDS.search(text):
        yield from _streets(text)


def _streets(text: str) -> Iterator[Found]:
    for one in _STREET.finditer(text):
        if not one[1].casefold().replace(",", "").startswith(tuple(_NONE["example_streets"])):
            yield Found("street address", one[1])


def _emails(text: str) -> Iterator[Found]:
    for one in _EMAIL.finditer(text):
        mailbox, domain = one[1].casefold(), one[2].casefold()
        example = domain in _NONE["example_domains"] or domain.endswith(tuple(_NONE["example_endings"]))
        below = any(domain.endswith(f".{name}") for name in _NONE["example_domains"])
        nobody = mailbox in _NONE["role_mailboxes"] or mailbox in _NONE["example_mailboxes"]
        if not (example or below or nobody):
            yield Found("e-mail address", one[0])


_MOST_TRIES = 500  # things like numbers in a text that are tried; each takes a tenth of a millisecond


def _phones(text: str) -> Iterator[Found]:
    seen: set[int] = set()
    # The matcher is slow: it is started only where a number could count.
    abroad = (None,) if _PLUS.search(text) else ()
    for region in (*abroad, *(_HOMES if _PHONE_WORDS.search(text) else ())):
        for one in PhoneNumberMatcher(text, region, phonenumbers.Leniency.VALID, _MOST_TRIES):
            before = text[max(0, one.start - _AROUND_CHARS) : one.start]
            told = one.raw_string.startswith("+") or _PHONE_WORDS.search(before)
            e164 = phonenumbers.format_number(one.number, phonenumbers.PhoneNumberFormat.E164)
            personal = phonenumbers.number_type(one.number) in _PERSONAL_LINES
            if told and personal and one.start not in seen and not _DRAMA.match(e164):
                seen.add(one.start)
                yield Found("phone number", one.raw_string)


def _accounts(text: str) -> Iterator[Found]:
    for one in _IBAN.finditer(text):
        if iban.is_valid(one[0]) and one[0].replace(" ", "") not in _NONE["example_ibans"]:
            yield Found("IBAN", one[0])
    for one in _CARD.finditer(text):
        number = re.sub(r"\D", "", one[0])
        around = text[max(0, one.start() - _AROUND_CHARS) : one.end() + _AROUND_CHARS]
        told = one[1] or _CARD_WORDS.search(around)
        if told and luhn.is_valid(number) and number not in _NONE["test_cards"]:
            yield Found("payment card number", one[0])
    for one in _SSN.finditer(text):
        if ssn.is_valid(one[0]) and one[0] not in _NONE["example_ssns"]:
            yield Found("US social security number", one[0])


def _machines(text: str) -> Iterator[Found]:
    for pattern in (_IPV4, _IPV6):
        for one in pattern.finditer(text):
            version = _VERSION.search(text[max(0, one.start() - _AROUND_CHARS) : one.start()])
            if not version and _is_somebodys(one[0]):
                yield Found("IP address", one[0])


def _is_somebodys(address: str) -> bool:
    """Is it a public address of one machine, of no private, reserved or documentation network?"""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    network = parsed.version == 4 and int(parsed) % 256 in (0, 255)
    return (
        parsed.is_global
        and not parsed.is_multicast
        and not network
        and address not in _NONE["public_addresses"]
    )
