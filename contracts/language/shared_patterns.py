"""Regular expressions that look through whole columns: those Python's engine and Rust's read the same way.

Columns are searched by Rust's `regex`, whose time is linear in the text. What it lacks (references back,
look-arounds, atomic groups) or reads otherwise than Python (sets inside sets, `\\<`, `\\b{start}`) is refused
when the contract is read, so that a pattern means one thing wherever a contract has one. Two differences are
left: `$` is the very end (Python's also stands before a last line feed), and `\\w` means letters, marks,
decimal digits and connectors, as Unicode advises, but not Python's other numbers, such as a superscript two.
"""

import re
import warnings

from contracts.language.expression_error import ExpressionError
from contracts.language.patterns import pattern

MOST_COUNTED = 10_000  # states that counts may unfold to; the engine walks each at each character of a text
_OTHERWISE = re.compile(r"(?<!\\)(?:\\\\)*(\\[<>]|\\b\{)")  # word boundaries there, plain characters here


def checked(text: str) -> str:
    """`text` itself; `ExpressionError` where it is no pattern that both engines read, and read alike."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", FutureWarning)
        try:
            counted = pattern(text).counted
        except FutureWarning as warning:
            problem = f"{text!r} is read in several ways ({warning})"
            raise ExpressionError(
                f"{problem}; put a backslash before brackets and doubled signs in a set"
            ) from None
    if counted > MOST_COUNTED:
        raise ExpressionError(
            f"{text!r} repeats a part {counted:,} times over; at most {MOST_COUNTED:,} are tried"
        )
    if odd := _OTHERWISE.search(text):
        raise ExpressionError(
            f"{text!r} has {odd[1]}, which engines read differently; write \\b, or leave out the \\"
        )
    _must_compile(text)
    return text


def whole(text: str) -> str:
    """`text` as a pattern of Rust's that the whole of a value must match; a dot matches line ends too."""
    return rf"(?s)\A(?:{text})\z"


def _must_compile(text: str) -> None:
    import polars as pl  # noqa: PLC0415 (0.2 s, for the contracts that have such patterns)

    try:
        pl.select(pl.lit("").str.contains(whole(text)))
    except pl.exceptions.ComputeError as error:
        said = (
            line.removeprefix("error: ") for line in str(error).splitlines() if line.startswith("error: ")
        )
        why = next(said, "it is too large")
        problem = f"{text!r} cannot look through a column ({why})"
        raise ExpressionError(
            f"{problem}; write it without look-arounds, references back and unusual escapes"
        ) from error
