"""Texts that open with a pattern: found by their first three characters before the pattern is tried."""

import numpy as np
import regex

from quality.gates.record.held import Places, Records, Texts

_CHARS = 3
_BITS = 7  # of a character of ASCII
_ASCII = (1 << _BITS) - 1
_UNKNOWN, _NO, _MAYBE = range(3)


class Opening:
    r"""A pattern of polars that begins with ``\A``; most texts are seen not to match by how they open.

    What may stand at the beginning of a match, `regex` tells; every opening of ASCII is asked about once.
    """

    def __init__(self, pattern: str) -> None:
        self._pattern = pattern
        self._asked = regex.compile(pattern.replace(r"(?-u:\b)", r"\b").replace(r"\z", r"\Z"))
        self._known = np.zeros(1 << _CHARS * _BITS, np.uint8)

    def of(self, texts: Texts) -> Places:
        """Texts in which the pattern matches."""
        return texts.matching(self._pattern, np.flatnonzero(self._may_match(texts)))

    def _may_match(self, texts: Texts) -> Records:
        chars = [texts.byte(place) for place in range(_CHARS)]
        beyond_ascii = np.bitwise_or.reduce(chars) >> _BITS != 0
        numbers = np.zeros(len(beyond_ascii), np.int32)
        for place, char in enumerate(chars):
            numbers |= (char & _ASCII).astype(np.int32) << place * _BITS
        for number in np.unique(numbers[self._known[numbers] == _UNKNOWN]).tolist():
            self._known[number] = self._verdict(number)
        may: Records = beyond_ascii | (self._known[numbers] == _MAYBE)
        return may

    def _verdict(self, number: int) -> int:
        # A text that is shorter has zeros instead of its missing characters; it may go on as it likes.
        opening = "".join(chr(number >> place * _BITS & _ASCII) for place in range(_CHARS)).rstrip("\0")
        return _MAYBE if self._asked.match(opening, partial=True) else _NO
