"""Responses and rationales that speak to whoever judges them, a person or a model.

A text *about* such tricks is none: what stands in quotation marks, in code or as reported speech does not
count. Prompts may hold such things, because testing for them is honest work, and are not looked at. In a
rationale, praise of a response is what is asked for; there only commands and role tokens count.
"""

import re
from collections.abc import Mapping
from functools import partial
from typing import Any

from quality.gates.record.gate import Asked, RecordGate, Seen, Test
from quality.gates.record.held import Places, Texts, Where
from quality.gates.record.texts import any_of, any_text, excerpt, named_texts, phrases, quick, union

_SAID = phrases("aimed")
_COMMANDS = (
    _SAID["role_tokens"],
    f"{_SAID['command']}(?:{_SAID['overrule']}|{_SAID['overrule_here']})",
    f"{_SAID['address']}{_SAID['judges']}{_SAID['demand']}",
    _SAID["comment"],
)
_BEGGING = (_SAID["begging"], _SAID["verdict"])
_PATTERNS: dict[Where, str] = {
    "responses": "|".join(f"(?:{pattern})" for pattern in (*_COMMANDS, *_BEGGING)),
    "rationale": "|".join(f"(?:{pattern})" for pattern in _COMMANDS),
}
# A few words at a time: polars looks for so few of them several times faster than for all at once.
_HOLDS = ["|".join(map(re.escape, words)) for words in _SAID["holds"]]
# An essay about such tricks quotes some. Looking whether one is quoted takes as long as the text before it.
_MOST_QUOTED = 50
_CLOSED_BY = {'"': '"', "“": "”", "«": "»", "`": "`"}


def _aimed(pattern: str, text: str) -> str | None:
    """The passage that is aimed at a judge; None where there is none, or all are quoted."""
    for number, one in enumerate(re.finditer(pattern, text, re.IGNORECASE), 1):
        if number > _MOST_QUOTED or not _quoted(text[: one.end() - 1]):
            return excerpt(text, *one.span())
    return None


def _quoted(before: str) -> bool:
    """Does a quotation or some code stand open at the end of `before`? Both end with their paragraph."""
    if before.count("```") % 2:
        return True
    line = before.rsplit("\n\n", 1)[-1]
    return any(
        line.count(mark) % 2 if mark == end else line.count(mark) > line.count(end)
        for mark, end in _CLOSED_BY.items()
    )


def _suspects(pattern: str, texts: Texts) -> Places:
    return texts.matching(quick(pattern), union(*map(texts.holding, _HOLDS)))


def _test(_: Asked) -> Test:
    return any_of(*(_test_of(field, pattern) for field, pattern in _PATTERNS.items()))


def _test_of(field: Where, pattern: str) -> Test:
    return any_text((field,), partial(_suspects, pattern), lambda text: _aimed(pattern, text) is not None)


def _seen(record: Mapping[str, Any], _: Asked) -> Seen:
    found = [
        f"{name}: {passage}"
        for field, pattern in _PATTERNS.items()
        for name, text in named_texts(record, (field,))
        if (passage := _aimed(pattern, text))
    ]
    return Seen("; ".join(found), "text that is meant for the user")


GATES = (RecordGate("aimed_at_judge", lambda terms: terms.gates.aimed_at_judges, _test, _seen),)
