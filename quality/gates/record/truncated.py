r"""Responses that break off before their end.

A text that ends without a full stop is mostly no truncated one: titles, lists, code, an answer such as
"42", and people who leave the last stop out. So a response counts as truncated only where something shows
that more was to come:

- a fenced code block is open;
- the last line is a bullet with nothing behind it, in a list;
- the last line is prose and ends in a word or mark that cannot be the last ("the", "or", a comma, an open
  bracket);
- it ends sentences as a rule, and the last one has no end;
- it is as long as the contract says generation went (`gates.max_response_chars`), and does not end.

Measured on public sets of complete and of cut-off answers; `tests/quality/gates/test_truncated.py` keeps
the figures.
"""

import re
from collections.abc import Callable, Mapping
from itertools import islice
from string import ascii_letters
from typing import Any

import numpy as np

from quality.gates.record.gate import Asked, RecordGate, Seen, Test
from quality.gates.record.held import Held, Places, Records, Texts
from quality.gates.record.texts import confirmed, phrases, seen_in, union

_LAST_WORDS = frozenset(phrases("truncated")["cannot_end_a_sentence"])
# A habit of ending sentences: fewer ends than this may be chance.
_HABIT = 3
# A paragraph without any end of a sentence is a cut-off one from this many words on; below, it may be a
# title.
_PARAGRAPH_WORDS = 8
# Shorter lines may be a title or a search query, which end as they like.
_LINE_WORDS = 5
# Tokens are cut before the last whole one, so a response may stay this little under the limit.
_NEAR = 0.98

# Behind an opening fence stands at most a word that names the language, never another backtick (CommonMark
# 4.5).
_FENCE = r"(?m)^[ \t]*```[^`\n]*$"
_UNFINISHED = r"[\p{L}\p{N},;(\[{\x{201C}\x{2018}\x{2013}\x{2014}-]\s*\z|\n[ \t]*\d+[.)]\s*\z"
# By the last byte of a text: most end in one that makes no match, and need not be looked at. What is beyond
# ASCII, and white space, may stand for or behind anything.
_BYTES = np.arange(256, dtype=np.uint8)
_MAYBE_DIGIT = (_BYTES >= 0x80) | np.isin(_BYTES, [*b"0123456789"])
_MAYBE_UNFINISHED = _MAYBE_DIGIT | (_BYTES <= 0x20) | np.isin(_BYTES, [*ascii_letters.encode(), *b",;([{-"])
_ENDS_NUMBER = np.isin(_BYTES, [*b".)"])
_SENTENCE_END = re.compile(
    r"(?<=[^\W\d_]{2})[.!?\u2026]+[\"'\u201d\u2019)\]*_]*(?=\s|$)|[\u3002\uff01\uff1f\u0964\u0965\u061f\u06d4\u1362]"
)
_LISTED = re.compile(r"\s*(?:[-*+•>|#=<`]|\d+\s*[.):]|[^\W\d_][.)]\s|[IVXLC]+[.)])")
_BULLET = re.compile(r"\s*(?:[-*+•]|\d+[.)]?)")
_CODE_OR_LINK = re.compile(r"[={}<>\\|@#]|\w\(|https?://|www\.|^(?: {4}|\t)")
_LAST_WORD = re.compile(r"(?<!letter)(?<!option)(?<!vitamin)\s([^\W\d_]+)\Z")
_OPEN_END = re.compile(r"[^\W\d_](?:,|\s[(\[{\u201c\u2018]|-)\Z")
# The habit shows in what comes last; longer texts need not be read from the beginning.
_LATELY_CHARS = 1500


def _breaks_off(text: str) -> str | None:
    """What shows that the text goes on, in words; None where it may be whole."""
    text = text.rstrip()
    if text.count("```") % 2 and len(re.findall(_FENCE, text)) % 2:
        return "a code block is open"
    before, _, last = text.rpartition("\n")
    before = before.rpartition("\n")[2]
    if _BULLET.fullmatch(last) and _BULLET.match(before) and len(before.split()) > 1:
        return "a bullet with nothing behind it"
    return None if _CODE_OR_LINK.search(last) else _hanging(last) or _without_end(text, before, last)


def _hanging(last: str) -> str | None:
    if len(last.split()) < _LINE_WORDS:
        return None
    if (word := _LAST_WORD.search(last)) and word[1] in _LAST_WORDS:  # in lower case: "Plan A" ends
        return f"it ends in “{word[1]}”"
    return "it ends within a sentence" if _OPEN_END.search(last) and not _LISTED.match(last) else None


def _without_end(text: str, before: str, last: str) -> str | None:
    """The last sentence has no end, although all others have."""
    if _LISTED.match(last) or not last[-1].isalpha() or last[-1].isupper():
        return None
    if sum(1 for _ in islice(_SENTENCE_END.finditer(text[-_LATELY_CHARS:]), _HABIT)) < _HABIT:
        return None
    *ended, fragment = _SENTENCE_END.split(last)
    # Verse and lists break lines where they like: the line before must have ended.
    whole = not before.strip() or _SENTENCE_END.search(before[-3:])
    long = len(fragment.split()) >= _PARAGRAPH_WORDS
    return "the last sentence has no end" if ended or (whole and long) else None


def _test(asked: Asked) -> Test:
    limit = asked.contract.gates.max_response_chars

    def found(held: Held) -> Records:
        texts = held.texts("responses")
        unfinished = _unfinished(texts)
        fenced = texts.where(lambda text: text.str.count_matches(_FENCE) % 2 == 1, texts.holding("```"))
        broken = confirmed(texts, union(unfinished, fenced), lambda text: _breaks_off(text) is not None)
        if limit is None:
            return texts.of_records(broken)
        long = texts.where(lambda text: text.str.len_chars() >= _NEAR * limit, unfinished)
        return texts.of_records(union(broken, long))

    return found


def _unfinished(texts: Texts) -> Places:
    last, before = texts.byte(-1), texts.byte(-2)
    maybe = _MAYBE_UNFINISHED[last] | (_ENDS_NUMBER[last] & _MAYBE_DIGIT[before])
    return texts.matching(_UNFINISHED, np.flatnonzero(maybe))


def _seen(record: Mapping[str, Any], asked: Asked) -> Seen:
    return seen_in(record, ("responses",), _named(asked), "responses that come to an end")


def _named(asked: Asked) -> Callable[[str], str | None]:
    limit = asked.contract.gates.max_response_chars

    def named(text: str) -> str | None:
        cut = limit is not None and len(text) >= _NEAR * limit and re.search(r"[\w,;-]\s*\Z", text)
        why = _breaks_off(text) or (f"{len(text)} characters long and without an end" if cut else None)
        return why and f"{why}: “…{text.rstrip()[-60:]}”"

    return named


GATES = (RecordGate("truncated_response", lambda terms: terms.gates.truncated_responses, _test, _seen),)
