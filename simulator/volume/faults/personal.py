"""Personal data nobody has: new addresses and numbers of every form, with checksums that hold."""

import numpy as np

_MAIL_HOSTS = ("northmail.org", "postfach.net", "inboxly.io")
_NAMES = ("maria", "anders", "chidi", "yuki", "leila", "tomas", "ingrid", "omar")
_SURNAMES = ("lindqvist", "okafor", "tanaka", "novak", "haddad", "moreau", "kowalski", "silva")


def mail_address(rng: np.random.Generator) -> str:
    """A mailbox of a person."""
    name, surname, host = (str(rng.choice(of)) for of in (_NAMES, _SURNAMES, _MAIL_HOSTS))
    return f"{name}.{surname}{int(rng.integers(10, 99))}@{host}"


def phone_number(rng: np.random.Generator) -> str:
    """A German mobile number, in international form."""
    return f"+49 151 {_digits(rng, 8)}"


def card_number(rng: np.random.Generator) -> str:
    """Sixteen digits whose last is their check digit (Luhn, ISO/IEC 7812-1)."""
    first = "4" + _digits(rng, 14)
    doubled = [int(digit) * (2 if place % 2 == 0 else 1) for place, digit in enumerate(first)]
    check = -sum(value - 9 if value > 9 else value for value in doubled) % 10
    whole = f"{first}{check}"
    return " ".join(whole[at : at + 4] for at in range(0, 16, 4))


def account_number(rng: np.random.Generator) -> str:
    """A German IBAN with its check digits (ISO 13616, mod 97-10)."""
    account = _digits(rng, 18)
    check = 98 - int(f"{account}131400") % 97  # D is 13, E is 14
    whole = f"DE{check:02d}{account}"
    return " ".join(whole[at : at + 4] for at in range(0, 22, 4))


def _digits(rng: np.random.Generator, count: int) -> str:
    return "".join(map(str, rng.integers(0, 10, count).tolist()))
