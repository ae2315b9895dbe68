"""Text that a wrong encoding has damaged.

Mojibake is UTF-8 read as another encoding (``cafÃ©``). ftfy's heuristic (R. Speer, 2019,
doi:10.5281/zenodo.2591652) knows which sequences of characters almost nobody writes on purpose; a text
counts as damaged when ftfy finds such a sequence *and* a decoding that removes it. A text that shows
mojibake as an example is taken for damaged. Lone surrogates cannot come here: such a line is unreadable.
"""

import re
from collections.abc import Mapping
from typing import Any

import ftfy
import polars as pl
from ftfy.badness import MOJIBAKE_CATEGORIES, is_bad

from quality.gates.record.gate import Asked, RecordGate, Seen
from quality.gates.record.texts import EVERYWHERE, any_text, excerpt, seen_in

# U+FFFD stands where a decoder gave up. NUL and the C1 controls but NEL (a line end of mainframes) have no
# use in text: https://www.unicode.org/charts/PDF/U0080.pdf
_BROKEN = "\ufffd\0" + "".join(map(chr, (*range(0x80, 0x85), *range(0x86, 0xA0))))

_BROKEN_SET = frozenset(_BROKEN)

# A character of two bytes or more begins with C2 to F4 in UTF-8. Read as one of the encodings ftfy knows,
# these are the characters mojibake begins with, but for the dashes, quotation marks and the like that
# MacRoman has there, which are in most honest texts.
_ENCODINGS = (
    "latin-1",
    "sloppy-windows-1250",
    "sloppy-windows-1251",
    "sloppy-windows-1252",
    "sloppy-windows-1253",
    "sloppy-windows-1254",
    "sloppy-windows-1257",
    "iso-8859-2",
    "macroman",
    "cp437",
)
_HONEST = "\u00a0\u00ab\u00bb\u20ac\u00b7\u2013\u2014\u2018\u2019\u201c\u201d\u2026"
_LEADS = sorted(
    {bytes([lead]).decode(name) for name in _ENCODINGS for lead in range(0xC2, 0xF5)} - set(_HONEST)
)
# And every sequence that ftfy calls bad holds one of its rarer characters beside another that is not ASCII,
# or one of these four. Letters of Greek and Cyrillic are not among the rarer ones.
_COMMON = ("common", "upper_common", "lower_common", "kaomoji", "c1")
_RARE = "".join(chars for name, chars in MOJIBAKE_CATEGORIES.items() if name not in _COMMON)
_SEQUENCE = rf"[{_RARE}][^\x00-\x7F]|[^\x00-\x7F][{_RARE}]|[ÃÂŒœ]"


_BEYOND_ASCII = re.compile(r"[^\x00-\x7F]+")
_REACH = 6  # characters; no sequence that ftfy calls bad is longer


def _mojibake(text: str) -> bool:
    # Its heuristic takes a tenth of the time where it sees only what is near a character beyond ASCII.
    near = "\n".join(
        text[max(0, found.start() - _REACH) : found.end() + _REACH] for found in _BEYOND_ASCII.finditer(text)
    )
    return is_bad(near) and ftfy.fix_encoding(text) != text


def _is_damaged(text: str) -> bool:
    return not _BROKEN_SET.isdisjoint(text) or _mojibake(text)


def _test(_: Asked) -> pl.Expr:
    text = pl.element().str
    led = pl.when(text.contains_any([*_LEADS, *_BROKEN])).then(pl.element()).otherwise(pl.lit("")).str
    suspect = led.contains(f"[{_BROKEN}]|{_SEQUENCE}")
    nul = any_text(EVERYWHERE, text.contains("\0", literal=True))
    return nul | any_text(EVERYWHERE, suspect, _is_damaged, beyond_ascii=True)


def _damage(text: str) -> str | None:
    if (broken := next((char for char in text if char in _BROKEN), None)) is not None:
        return f"the character U+{ord(broken):04X}"
    if not _mojibake(text):
        return None
    fixed = ftfy.fix_encoding(text)
    place = next((n for n, (a, b) in enumerate(zip(text, fixed, strict=False)) if a != b), 0)
    return f"{excerpt(text, place, place + 1)!r}, which may have been {excerpt(fixed, place, place + 1)!r}"


def _seen(record: Mapping[str, Any], _: Asked) -> Seen:
    return seen_in(record, EVERYWHERE, _damage, "text read and written as UTF-8")


GATES = (RecordGate("damaged_text", lambda terms: terms.gates.damaged_text, _test, _seen),)
