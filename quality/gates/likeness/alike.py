"""Are two texts nearly the same, word for word? Asked only of pairs whose sketches agree.

Two rules. Of all words at least the share asked for is the same and in the same order (one minus the
Levenshtein distance in words over the longer text's length). And where they differ, they differ here and
there: of no message or answer, and of no twelve words in a row, is more than half another. The second rule
tells a copy with edits from two texts of one template, which are the same but for a question or an answer
that is wholly another. Twelve words are a short question; edits of one word in ten reach seven of twelve by
chance at one place in 20,000.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from rapidfuzz.distance import Levenshtein

STRETCH = 12  # words
# Characters of a part that are compared: edit distance grows with the square of the length, here to a tenth
# of a second. The end is looked at too, because a question often stands below a long document.
LONGEST = 40_000
_TELLING = 3  # words: in fewer, one edit is most of the text
_CJK = r"\u3040-\u30ff\u3400-\u9fff"  # kana and Han, in which a character is a word
_WORD = re.compile(rf"[{_CJK}]|[^\W{_CJK}]+")
_ASCII_WORD = re.compile(r"\w+", re.ASCII)

Words = list[str]


@dataclass(frozen=True)
class Text:
    """What is compared: words of what was asked, and those of each answer, on whichever side it stood."""

    asked: Words
    answers: tuple[Words, ...] = ()

    @property
    def size(self) -> int:
        """Words in all."""
        return sum(map(len, (self.asked, *self.answers)))


def words(text: str) -> Words:
    """The words of `text`, across case, punctuation and white space; of a long one those at its two ends."""
    if len(text) > LONGEST:
        text = f"{text[: LONGEST // 2]} {text[-(LONGEST // 2) :]}"
    if text.isascii():  # as most is, and this is most of the time that a comparison takes
        return _ASCII_WORD.findall(text.lower())
    return _WORD.findall(unicodedata.normalize("NFKC", text).casefold())


def text_of(asked: Sequence[str], answers: Sequence[str] = ()) -> Text:
    """The words of a conversation's messages, and of each answer."""
    return Text(list(chain.from_iterable(map(words, asked))), tuple(map(words, answers)))


def likeness(one: Text, other: Text, at_least: float) -> float | None:
    """The share of words that are the same, or None where the texts are not alike by both rules."""
    longer = max(one.size, other.size)
    matched = _matched(one, other)
    if not longer or matched is None:
        return None
    share = 1 - sum(Levenshtein.distance(*pair) for pair in matched) / longer
    return share if share >= at_least and _here_and_there(matched) else None


def _matched(one: Text, other: Text) -> list[tuple[Words, Words]] | None:
    """Each part of `one` beside that of `other` which it is nearest to; None where their numbers differ."""
    if len(one.answers) != len(other.answers):
        return None
    left, pairs = list(other.answers), [(one.asked, other.asked)]
    for answer in one.answers:
        nearest = min(left, key=lambda each: Levenshtein.distance(answer, each))
        left.remove(nearest)
        pairs.append((answer, nearest))
    return pairs


def _here_and_there(pairs: Sequence[tuple[Words, Words]]) -> bool:
    """True where no whole stretch of any part is another.

    A part of one or two words is too short to say: there a difference is an edit where others differ too.
    """
    differing = [(one, other) for one, other in pairs if one != other]
    telling = [pair for pair in differing if min(map(len, pair)) >= _TELLING]
    return bool(telling or not differing) and all(_few_in_a_row(*pair) for pair in telling)


def _few_in_a_row(one: Words, other: Words) -> bool:
    """True where at most half of the whole and of any stretch differs; what one has more may be in a row."""
    if Levenshtein.distance(one, other) > max(len(one), len(other)) / 2:
        return False
    ours, theirs = np.zeros(len(one), bool), np.zeros(len(other), bool)
    for step in Levenshtein.opcodes(one, other):
        if step.tag != "equal":
            ours[step.src_start : step.src_end] = theirs[step.dest_start : step.dest_end] = True
    return _densest(ours) <= 0.5 or _densest(theirs) <= 0.5


def _densest(differs: np.ndarray) -> float:
    """The largest share of differing words in any stretch."""
    length = min(STRETCH, len(differs))
    sums = np.cumsum(np.append(0, differs))
    return float((sums[length:] - sums[:-length]).max() / length)
