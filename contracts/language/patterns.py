"""Regular expressions that cannot hang, whatever text a vendor delivers.

Python's engine tries alternatives one after the other, so a pattern such as ``(a+)+b`` takes time exponential
in the text, and one such as ``(?:(?:^){60000}){60000}`` takes billions of steps on any text. A pattern is
therefore refused when the contract is read unless its worst case is a small power of the text's length times
what its counts say, and a text longer than `STEPS` allows for that is not searched.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from re import _constants, _parser  # type: ignore[attr-defined]  # the engine's own reading of a pattern
from typing import Any

from contracts.language.expression_error import ExpressionError

STEPS = 400_000_000  # of the engine, for one search: about half a second
MOST_REPETITIONS = 3  # open ones that something follows
MOST_WAYS = 1_000  # through the options and choices of a pattern
LONGEST_TEXT, LONGEST_PATTERN = 1_000_000, 500  # characters
_GROUP_STEPS = 10  # a repeated group costs about ten times what a repeated character does

_REPEATS = frozenset({_constants.MAX_REPEAT, _constants.MIN_REPEAT, _constants.POSSESSIVE_REPEAT})
_SINGLE = frozenset({_constants.LITERAL, _constants.NOT_LITERAL, _constants.IN, _constants.ANY})
_LOOKS = frozenset({_constants.ASSERT, _constants.ASSERT_NOT})
_BACK = frozenset({_constants.GROUPREF, _constants.GROUPREF_EXISTS})
_SIMPLER = "write one set such as [a-z ] instead, or split() the text"


@dataclass(frozen=True)
class Pattern:
    """A regular expression and the longest text it is tried on, in characters.

    `counted` is how many steps its counts ask for at one place of a text.
    """

    regex: re.Pattern[str]
    longest: int
    counted: int

    def search(self, text: str) -> re.Match[str] | None:
        """The first match in `text`; `ExpressionError` for a text too long to be searched."""
        if len(text) > self.longest:
            shown = self.regex.pattern
            problem = f"{shown!r} is tried on at most {self.longest:,} characters, the text has {len(text):,}"
            raise ExpressionError(problem)
        return self.regex.search(text)


@lru_cache(maxsize=256)
def pattern(text: str) -> Pattern:
    """`text` compiled (a dot matches line ends too).

    Raises `ExpressionError` where it is no regular expression, looks back at its own groups, repeats what may
    itself match in several ways, has too many open repetitions, or repeats a part too often to be tried on
    a single character.
    """
    if len(text) > LONGEST_PATTERN:
        raise ExpressionError(f"the pattern has {len(text):,} characters, at most {LONGEST_PATTERN} are read")
    try:
        compiled = re.compile(text, re.DOTALL)
        parsed = list(_parser.parse(text, re.DOTALL))
    except (re.error, RecursionError, OverflowError) as error:
        raise ExpressionError(f"{text!r} is not a regular expression: {error}") from error
    anchored = bool(parsed) and parsed[0] == (_constants.AT, _constants.AT_BEGINNING)
    power, ways = _cost(text, parsed)
    counted = max(_counted(parsed), 1)
    each = STEPS / (ways * counted)
    if each < 1:
        raise ExpressionError(f"{text!r} repeats a part too often, which could take for ever; {_SIMPLER}")
    return Pattern(compiled, min(LONGEST_TEXT, int(each ** (1 / max(power + (not anchored), 1)))), counted)


def _cost(text: str, parsed: list[Any]) -> tuple[int, int]:
    """Open repetitions that something follows, and ways through what is not open."""
    repetitions, ways = 0, 1
    for op, value, last in _parts(parsed):
        if op in _BACK:
            raise ExpressionError(f"{text!r} looks back at one of its groups, which could take for ever")
        if op is _constants.BRANCH:
            ways *= len(value[1])
        elif op in _REPEATS:
            if value[1] > 1 and _varies(value[2]):
                problem = "repeats a part that can itself match in several ways, which could take for ever"
                raise ExpressionError(f"{text!r} {problem}; {_SIMPLER}")
            ways *= _repeated(value)
            # After the last part nothing can fail and have it tried again.
            repetitions += not last and _is_open(value)
    if repetitions > MOST_REPETITIONS or ways > MOST_WAYS:
        what = f"{repetitions} open repetitions (* or +)" if ways <= MOST_WAYS else f"{ways:,} ways to match"
        raise ExpressionError(f"{text!r} has {what}, which could take for ever; make it simpler")
    return repetitions, ways


def _is_open(repeat: Any) -> bool:
    least, most, _ = repeat
    return bool(most is _constants.MAXREPEAT or most - least > 50)


def _repeated(repeat: Any) -> int:
    least, most, body = repeat
    single = len(body) == 1 and body[0][0] in _SINGLE
    group = _GROUP_STEPS if most > 1 and not single else 1
    return group if _is_open(repeat) else group * (most - least + 1)


def _counted(items: Any) -> int:
    """Steps the counts of a pattern ask for in one go, however short the text."""
    total = 0
    for op, value in items:
        if op in _REPEATS and value[0] > 1:
            total += value[0] * _steps(value[2])
        else:
            total += sum(map(_counted, _bodies(op, value)))
    return total


def _steps(items: Any) -> int:
    """Steps of one way through a repeated part."""
    total = 0
    for op, value in items:
        least = max(value[0], 1) if op in _REPEATS else 1
        below = sum(_steps(body) for body in _bodies(op, value))
        total += least * below + (1 if op in _SINGLE else _GROUP_STEPS)
    return max(total, 1)


def _parts(items: Any, last: bool = True) -> Iterator[tuple[Any, Any, bool]]:
    """(operation, its value, does nothing follow it) of every part, outside in."""
    listed = list(items)
    for place, (op, value) in enumerate(listed):
        ends = last and place == len(listed) - 1
        yield op, value, ends
        for body in _bodies(op, value):
            yield from _parts(body, ends and op not in _LOOKS)


def _bodies(op: Any, value: Any) -> Iterator[Any]:
    if op in _REPEATS:
        yield value[2]
    elif op is _constants.SUBPATTERN:
        yield value[-1]
    elif op is _constants.BRANCH:
        yield from value[1]
    elif op in _LOOKS:
        yield value[1]
    elif op is _constants.ATOMIC_GROUP:
        yield value


def _varies(items: Any) -> bool:
    """Can it match in several ways: does it hold a repetition, an option or a choice?"""
    return any(
        op is _constants.BRANCH or (op in _REPEATS and value[0] != value[1]) for op, value, _ in _parts(items)
    )
