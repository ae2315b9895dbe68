"""Characters that nobody sees and no script needs.

They split words that a search should find, turn the order of what is read (Boucher and Anderson 2021,
"Trojan Source", CVE-2021-42574), or carry text that only a model reads (tag characters). Which are needed
where: joiners within emoji and in scripts that shape their letters (Unicode Standard Annex 31, section
2.3), marks of direction beside letters that run from right to left, embeddings and isolates that are closed
in their paragraph (Annex 9), tag characters within flags (Technical Standard 51).
"""

import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

import regex

from quality.gates.record.gate import Asked, RecordGate, Seen, Test
from quality.gates.record.held import FIELDS
from quality.gates.record.texts import any_text, excerpt, seen_in

# Default ignorable code points (Unicode's DerivedCoreProperties), without the soft hyphen and the combining
# grapheme joiner, which word processors leave in honest text, and single variation selectors, which choose a
# glyph. Two selectors in a row choose nothing: they carry bytes.
_HIDDEN = (
    "\u061c\u115f\u1160\u180e\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u3164\ufeff\uffa0"
    + "".join(map(chr, (*range(0x2060, 0x2070), *range(0x1D173, 0x1D17B), *range(0xE0000, 0xE0080))))
)
_SELECTORS = "".join(map(chr, (*range(0x180B, 0x180E), *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))))
# Letters of these are shaped by joiners, or written without spaces, so that a zero-width one may end a word.
_SHAPED = (
    r"[\p{Arabic}\p{Syriac}\p{Nko}\p{Mongolian}\p{Devanagari}\p{Bengali}\p{Gurmukhi}\p{Gujarati}\p{Oriya}"
    r"\p{Tamil}\p{Telugu}\p{Kannada}\p{Malayalam}\p{Sinhala}\p{Tibetan}\p{Khmer}\p{Myanmar}\p{Thai}\p{Lao}"
    r"\p{Javanese}\p{Balinese}]"
)
_EMOJI = r"[\p{Emoji_Presentation}\p{Extended_Pictographic}\uFE0F\p{Emoji_Modifier}]"
_RIGHT_TO_LEFT = regex.compile(r"[\p{Bidi_Class=R}\p{Bidi_Class=AL}]")
_NEEDED = regex.compile(
    rf"(?<={_SHAPED}\p{{M}}*)[\u200B-\u200D]|[\u200B-\u200D](?={_SHAPED})"
    rf"|(?<={_EMOJI})\u200D(?=[\p{{Emoji}}\u2640\u2642\u2695])"
    r"|\A\uFEFF"  # a byte order mark, left at the start by what read the file
)
_FLAG = regex.compile(r"\U0001F3F4[\U000E0020-\U000E007E]+\U000E007F")
_ANY = regex.compile(f"[{_HIDDEN}]|[{_SELECTORS}]{{2}}")
_SUSPECT = f"[{_HIDDEN}{_SELECTORS}]"
_MARKS = frozenset("\u200e\u200f\u061c")
_OPENS = {"\u202a": "\u202c", "\u202b": "\u202c", "\u2066": "\u2069", "\u2067": "\u2069", "\u2068": "\u2069"}


def _hidden(text: str) -> Iterator[int]:
    """Places of the hidden characters that nothing in the text needs."""
    places = [place.start() for place in _ANY.finditer(text)]
    if not places:  # most often a single selector, which is none
        return
    flags = {place for match in _FLAG.finditer(text) for place in range(*match.span())}
    found = [place for place in places if place not in flags and not _NEEDED.match(text, place)]
    turned = {place for start, line in _lines(text) for place in _turns(start, line)}
    yield from (place for place in found if place not in turned)


def _lines(text: str) -> Iterator[tuple[int, str]]:
    start = 0
    for line in text.splitlines(keepends=True):
        yield start, line
        start += len(line)


def _turns(start: int, line: str) -> Iterator[int]:
    """Places in one paragraph of marks of direction that belong: beside such letters, and closed."""
    if not _RIGHT_TO_LEFT.search(line):
        return
    open_: list[tuple[str, int]] = []
    for place, char in enumerate(line, start):
        if char in _MARKS:
            yield place
        elif char in _OPENS:
            open_.append((_OPENS[char], place))
        elif open_ and char == open_[-1][0]:
            yield from (open_.pop()[1], place)


def _confirmed(text: str) -> bool:
    return next(_hidden(text), None) is not None


def _named(text: str) -> str | None:
    places = list(_hidden(text))
    if not places:
        return None
    first = text[places[0]]
    name = unicodedata.name(first, "unnamed")
    more = f", {len(places)} in all" if len(places) > 1 else ""
    return f"U+{ord(first):04X} ({name}{more}) in {excerpt(text, places[0], places[0] + 1)!r}"


def _test(_: Asked) -> Test:
    return any_text(FIELDS, lambda texts: texts.matching_beyond_ascii(_SUSPECT), _confirmed)


def _seen(record: Mapping[str, Any], _: Asked) -> Seen:
    return seen_in(record, FIELDS, _named, "text in which every character is seen or needed")


GATES = (RecordGate("hidden_characters", lambda terms: terms.gates.hidden_characters, _test, _seen),)
