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
from ftfy.badness import BADNESS_RE, MOJIBAKE_CATEGORIES, is_bad

from quality.gates.record.gate import Asked, RecordGate, Seen, Test
from quality.gates.record.held import FIELDS, Places, Texts
from quality.gates.record.texts import any_text, excerpt, seen_in, union

# U+FFFD stands where a decoder gave up. NUL and the C1 controls but NEL (a line end of mainframes) have no
# use in text: https://www.unicode.org/charts/PDF/U0080.pdf
_BROKEN = "\ufffd\0" + "".join(map(chr, (*range(0x80, 0x85), *range(0x86, 0xA0))))

_BROKEN_SET = frozenset(_BROKEN)

# Every sequence that ftfy calls bad, but a NEL alone, holds one of its rarer characters beside another that
# is not ASCII, or one of these four. Letters of Greek and Cyrillic are not among the rarer ones.
_COMMON = ("common", "upper_common", "lower_common", "kaomoji", "c1")
_RARE = "".join(chars for name, chars in MOJIBAKE_CATEGORIES.items() if name not in _COMMON)
_SUSPECT = rf"[{_BROKEN}]|[{_RARE}][^\x00-\x7F]|[^\x00-\x7F][{_RARE}]|[ÃÂŒœ]"
# ftfy's heuristic for polars: without the blanks and comments that its author wrote between its parts, and
# with any character for the two classes that the engines understand differently.
_BAD = re.sub(
    r"(\[[^\]]*\])|#.*|\s|(\\[sw])", lambda part: part[1] or ("(?s:.)" if part[2] else ""), BADNESS_RE.pattern
)


def _is_damaged(text: str) -> bool:
    return not _BROKEN_SET.isdisjoint(text) or _mojibake(text)


def _mojibake(text: str) -> bool:
    return is_bad(text) and ftfy.fix_encoding(text) != text


def _test(_: Asked) -> Test:
    return any_text(FIELDS, _suspects, _is_damaged)


def _suspects(texts: Texts) -> Places:
    suspects = texts.matching_beyond_ascii(_SUSPECT, f"[{_BROKEN}]|{_BAD}")
    return union(suspects, texts.holding(r"\x00")) if texts.has_nul else suspects


def _damage(text: str) -> str | None:
    if (broken := next((char for char in text if char in _BROKEN), None)) is not None:
        return f"the character U+{ord(broken):04X}"
    if not _mojibake(text):
        return None
    fixed = ftfy.fix_encoding(text)
    place = next((n for n, (a, b) in enumerate(zip(text, fixed, strict=False)) if a != b), 0)
    return f"{excerpt(text, place, place + 1)!r}, which may have been {excerpt(fixed, place, place + 1)!r}"


def _seen(record: Mapping[str, Any], _: Asked) -> Seen:
    return seen_in(record, FIELDS, _damage, "text read and written as UTF-8")


GATES = (RecordGate("damaged_text", lambda terms: terms.gates.damaged_text, _test, _seen),)
