"""Responses that hold nothing: filler, stand-ins, a greeting or announcement alone, an echo, a loop.

An answer may be short, and a greeting answers a greeting. So a stand-in or an announcement counts only
where it is the whole response, an echo only of a prompt that is long enough to be no greeting, and filler,
greetings and loops only where the prompt does not ask for them.
"""

import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl

from quality.gates.record.gate import Asked, RecordGate, Seen, Test
from quality.gates.record.held import Held, Places, Records, Texts, Where
from quality.gates.record.openings import Opening
from quality.gates.record.texts import any_of, any_text, excerpt, first_match, phrases, quick, seen_in

_ANSWERS: tuple[Where, ...] = ("responses",)
_SAID = phrases("boilerplate")
_STAND_IN = quick(
    r"\A[\s*_#>\"'“”]*(?:"
    rf"{_SAID['stand_ins']}|{_SAID['bracketed']}|{_SAID['assents']}"
    rf"|(?:{_SAID['greetings']}[,.!]*\s*)?{_SAID['announcements']}:"
    r")[\s*_.!\"'“”]*\z"
)
_GREETING = quick(rf"\A\s*{_SAID['greetings']}[\s,.!]*\z")
_FILLER = quick(_SAID["filler"])
# What a prompt says where it asks for what would else be none of an answer.
_FILLER_ASKED = quick(_SAID["filler_asked"])
_GREETED = quick(rf"\b{_SAID['greetings']}\b")
_REPETITION = quick(_SAID["repetition_asked"])

# An echo shorter than this may be the answer: "Say cheese!"
_ECHO_CHARS = 40
# Refrains and tables repeat themselves, too. A loop is most of its text, many times over, and holds a word
# (chords and empty cells are none). Both limits lie between the loops and the refrains of llmfao's public
# answers.
_LOOP_TIMES = 6
_LOOP_SHARE = 0.6
_WORD = re.compile(r"[^\W\d_]{4}")
_MARKER = re.compile(r"^\s*(?:[-*•]|\d+[.)])?\s*")
# A model that loops does so until it is stopped, so the end of the text stands in it before.
_TAIL_CHARS = 24
# Naming the characters spares polars the tables of Unicode, five times the cost.
_SPACE = " \t\r\n"

_PROMPT = pl.col("prompt").list.last().struct.field("content").fill_null("")
_ECHOED = (
    pl.col("responses")
    .list.eval(pl.element().struct.field("content").str.strip_chars(_SPACE))
    .list.contains(_PROMPT.str.strip_chars(_SPACE))
) & (_PROMPT.str.strip_chars(_SPACE).str.len_chars() >= _ECHO_CHARS)


def _test(_: Asked) -> Test:
    return any_of(
        any_text(_ANSWERS, Opening(_STAND_IN).of),
        _echoes,
        _unless(_FILLER_ASKED, any_text(_ANSWERS, lambda texts: texts.holding(_FILLER))),
        _unless(_GREETED, any_text(_ANSWERS, Opening(_GREETING).of)),
        _unless(_REPETITION, any_text(_ANSWERS, _may_loop, lambda text: _loop(text) is not None)),
    )


def _unless(asked: str, test: Test) -> Test:
    """What `test` finds, but where the prompt asks for it."""
    return lambda held: held.where(~_PROMPT.str.contains(asked), among=test(held))


def _echoes(held: Held) -> Records:
    prompts, responses = held.texts("prompt"), held.texts("responses")
    asked = np.zeros(prompts.records, np.int64)
    asked[prompts.owners] = prompts.trimmed_sizes  # the last message is what stays
    as_long = np.flatnonzero(responses.trimmed_sizes == asked[responses.owners])
    return held.where(_ECHOED, among=responses.of_records(as_long))


def _may_loop(texts: Texts) -> Places:
    long = np.flatnonzero(texts.sizes > _TAIL_CHARS * _LOOP_TIMES)
    return texts.where(_ends_as_before, long)


def _ends_as_before(texts: pl.Series) -> pl.Series:
    text = pl.col("text").str
    # Most of the text lies behind the first time; once more is its own length.
    early = (1 - _LOOP_SHARE + 1 / _LOOP_TIMES) * text.len_chars() + _TAIL_CHARS
    again = text.head(early.cast(pl.Int64)).str.contains(text.tail(_TAIL_CHARS), literal=True)
    return texts.to_frame("text").select(again & (text.len_bytes() > _TAIL_CHARS * _LOOP_TIMES)).to_series()


def _loop(text: str) -> str | None:
    """What is said over and over, where that is most of the text."""
    for unit, times in (_period(text), _line(text)):
        if times >= _LOOP_TIMES and times * len(unit) >= _LOOP_SHARE * len(text) and _WORD.search(unit):
            return unit
    return None


def _period(text: str) -> tuple[str, int]:
    """From the last occurrence of the end of the text but one, to the end."""
    length = len(text) - text.rfind(text[-_TAIL_CHARS:], 0, len(text) - 1) - _TAIL_CHARS
    return text[-length:], text.count(text[-length:])


def _line(text: str) -> tuple[str, int]:
    lines = Counter(filter(None, (_MARKER.sub("", line).strip() for line in text.splitlines())))
    return next(iter(lines.most_common(1)), ("", 0))


def _seen(record: Mapping[str, Any], _: Asked) -> Seen:
    prompt = record["prompt"][-1]["content"].strip() if record["prompt"] else ""

    def what(text: str) -> str | None:
        if text.strip() == prompt and len(prompt) >= _ECHO_CHARS:
            return "the prompt again"
        for pattern in (_STAND_IN, _GREETING, _FILLER):
            if first_match(pattern, text) is not None:
                return excerpt(text, 0, 60)
        loop = _loop(text)
        return loop and f"over and over: {' '.join(loop.split())}"

    return seen_in(record, ("responses",), what, "responses that answer the prompt")


GATES = (RecordGate("boilerplate", lambda terms: terms.gates.boilerplate, _test, _seen),)
