"""Figures and foreign text, spelt for people."""

import unicodedata
from datetime import datetime
from decimal import Decimal

from markupsafe import Markup

NOTHING = "\N{EN DASH}"

# Bidirectional controls can show a name as another one ("Trojan Source", CVE-2021-42574). They are general
# category Cf like the zero-width characters, so the category is what is tested; Cc are the C0/C1 controls,
# Cs lone surrogates, Zl and Zp the Unicode line breaks.
_UNSEEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}
_HARMLESS = "\n\t"


def visible(text: str) -> str:
    """`text` with every control, bidi or zero-width character spelt out, as in ``[U+202E]``."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_spelt(character) for character in text)


def finalize(value: object) -> object:
    """Jinja's last step before escaping: foreign text made visible, floats without noise, markup as is."""
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, Markup) or not isinstance(value, str):
        return value
    return visible(value)


def percent(share: float | None, places: int = 1) -> str:
    """0.1234 → ``12.3%``; a dash for None."""
    return NOTHING if share is None else f"{share:.{places}%}"


def interval(low: float | None, high: float | None) -> str:
    """A 95 % interval of shares: ``10.1-14.9%`` (with an en dash); empty when it could not be had."""
    return "" if low is None or high is None else f"{low * 100:.1f}\N{EN DASH}{high:.1%}"


def count(number: int) -> str:
    """12345 → ``12,345``."""
    return f"{number:,}"


def money(amount: Decimal | None, currency: str = "") -> str:
    """Exact, with thousands separated: ``1,234.50 USD``; a dash for None."""
    return NOTHING if amount is None else f"{amount:,f} {currency}".rstrip()


def points(difference: float) -> str:
    """A difference of shares, signed, in percentage points: 0.012 → ``+1.2 pp``."""
    return f"{difference * 100:+.1f} pp".replace("-", "\N{MINUS SIGN}")


def price(amount: Decimal) -> str:
    """A unit price with the decimals it needs and at least two: 0.35000000 → ``0.35``."""
    whole, _, decimals = f"{amount:f}".partition(".")
    return f"{whole}.{decimals.rstrip('0'):0<2}"


def moment(when: datetime) -> str:
    """A UTC moment to the minute: ``2026-01-12 09:00 UTC``."""
    return f"{when:%Y-%m-%d %H:%M} UTC"


def figure(metric: str, value: float | None) -> str:
    """A verdict's figure in its metric's unit: shares as percentages, volumes as counts."""
    if value is None:
        return NOTHING
    if metric in ("volume", "delivered"):
        return count(round(value))
    if metric.endswith(("_rate", "_share", "_wins", "_accuracy", "_distance", "_shift")):
        return percent(value)
    return f"{value:.3g}"


def spoken(code: str) -> str:
    """``accepted_partial`` → ``accepted partial``."""
    return code.replace("_", " ")


def short(digest: str | None) -> str:
    """The first twelve characters of a digest, enough to tell two apart; a dash for None."""
    return NOTHING if digest is None else digest[:12]


def _spelt(character: str) -> str:
    if character in _HARMLESS or unicodedata.category(character) not in _UNSEEN:
        return character
    return f"[U+{ord(character):04X}]"
