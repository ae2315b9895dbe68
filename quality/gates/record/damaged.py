"""Text that a wrong encoding has damaged.

Mojibake is UTF-8 read as another encoding (``cafÃ©``). ftfy's heuristic (R. Speer, 2019,
doi:10.5281/zenodo.2591652) knows which sequences of characters almost nobody writes on purpose; a text
counts as damaged when ftfy finds such a sequence *and* a decoding that removes it. A text that shows
mojibake as an example is taken for damaged. Lone surrogates cannot come here: such a line is unreadable.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
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

# Every sequence that ftfy calls bad holds one of its rarer characters beside another that is not ASCII, or
# one of these four. Letters of Greek and Cyrillic are not among the rarer ones.
_COMMON = ("common", "upper_common", "lower_common", "kaomoji", "c1")
_RARE = "".join(chars for name, chars in MOJIBAKE_CATEGORIES.items() if name not in _COMMON)
_SUSPECT = rf"[{_BROKEN}]|[{_RARE}][^\x00-\x7F]|[^\x00-\x7F][{_RARE}]|[ÃÂŒœ]"


_BEYOND_ASCII = re.compile(r"[^\x00-\x7F]+(?:[\x00-\x7F]{1,6}[^\x00-\x7F]+)*")
_REACH = 6  # characters; no sequence that ftfy calls bad is longer


def _looks_damaged(near: str) -> bool:
    return _of_a_word(near) if len(near) <= _WORD_CHARS else _of_a_text(near)


def _of_a_text(near: str) -> bool:
    return not _BROKEN_SET.isdisjoint(near) or is_bad(near)


# ftfy's heuristic takes some ten microseconds a look, and a language repeats its words.
_WORD_CHARS = 40
_of_a_word = lru_cache(maxsize=1 << 16)(_of_a_text)


def _is_damaged(text: str) -> bool:
    """Of a text that has something beyond ASCII; a NUL alone is another test's affair."""
    spans = (found.span() for found in _BEYOND_ASCII.finditer(text))
    parts = (text[max(0, start - _REACH) : end + _REACH] for start, end in spans)
    if not any(map(_looks_damaged, parts)):
        return False
    return not _BROKEN_SET.isdisjoint(text) or _mojibake(text)


def _mojibake(text: str) -> bool:
    return is_bad(text) and ftfy.fix_encoding(text) != text


def _test(_: Asked) -> pl.Expr:
    text = pl.element().str
    nul = any_text(EVERYWHERE, text.contains("\0", literal=True))
    return nul | any_text(EVERYWHERE, text.contains(_SUSPECT), _is_damaged, beyond_ascii=True)


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
