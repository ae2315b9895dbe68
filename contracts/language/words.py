"""How words and numbers of a label are compared, so that a contract and a vendor's file mean the same."""

import re
from decimal import Decimal
from typing import Any

# float() alone would also take "1_000", "nan", "infinity" and digits of other scripts.
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.ASCII | re.IGNORECASE)


def word(value: Any) -> str:
    """The normal form in which words are compared: 1, 1.0 and "1" are the same word, as are true and "true".

    Case and surrounding blanks do not matter.
    """
    if isinstance(value, bool):
        return str(value).lower()
    text = value.strip().casefold() if isinstance(value, str) else value
    number = as_number(text)
    if number is not None and number.is_integer() and abs(number) < 2**53:  # beyond, floats merge integers
        return str(int(number))
    return str(text)


def as_number(value: Any) -> float | None:
    """A finite number, or None. Text counts when it is a decimal number written out; booleans do not."""
    if isinstance(value, str):
        value = value.strip()
        if not _NUMBER.fullmatch(value):
            return None
    elif isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    try:
        number = float(value)
    except OverflowError:  # an integer of more than 308 digits
        return None
    return number if abs(number) < float("inf") else None
