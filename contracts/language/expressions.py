"""The expression dialect of the field mapping: JMESPath plus the few words vendor files call for.

JMESPath is specified at https://jmespath.org/specification.html. The functions we add stand in
`contracts.language.functions`; `docs/mapping.md` lists them with an example each, and a test holds that page
to this file.
"""

import difflib
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import jmespath
from jmespath import exceptions

from contracts.language.expression_error import ExpressionError
from contracts.language.functions import Words
from contracts.language.interpreter import Interpreter
from contracts.language.limits import DEEPEST, LONGEST, MOST_COPIES, copies
from contracts.language.patterns import pattern

__all__ = ["ExpressionError", "Read", "Words", "compiled", "fields_read", "parse"]

Read = Callable[[Mapping[str, Any]], Any]

# What a vendor's value can make an expression raise: jmespath's own errors, and those it lets through, such
# as TypeError for contains('abc', `1`) or OverflowError for ceil(to_number('1e999')).
_FAULTS = (
    exceptions.JMESPathError,
    ArithmeticError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)
_TAKE_A_PATTERN = frozenset({"match", "capture"})


def parse(text: str) -> Any:
    """The syntax tree of `text`; `ExpressionError` says what is wrong and where."""
    if len(text) > LONGEST:
        raise ExpressionError(f"the expression has {len(text):,} characters, at most {LONGEST:,} are read")
    try:
        tree = jmespath.compile(text).parsed
    except (exceptions.JMESPathError, RecursionError, ValueError) as error:
        raise ExpressionError(f"{text!r} is not a JMESPath expression: {_unread(error)}") from error
    for node, depth in _walk(tree):
        if depth > DEEPEST:
            raise ExpressionError(f"the expression {text[:60]!r}… is nested more than {DEEPEST} deep")
        if node["type"] == "function_expression":
            _check_call(text, node)
        if node["type"] == "subexpression" and node["children"][0]["type"] == "not_expression":
            raise ExpressionError(f"{text!r}: !a.b means (!a).b, which is always null; write !(a.b)")
    if (count := copies(tree)) > MOST_COPIES:
        problem = f"writes out what it reads {count:,} times over, at most {MOST_COPIES:,} are made"
        raise ExpressionError(f"the expression {text[:60]!r}… {problem}")
    return tree


def fields_read(text: str) -> frozenset[str]:
    """Top-level fields of the row that `text` reads, as far as its syntax shows."""
    return frozenset(_roots(parse(text)))


def compiled(text: str, markers: Mapping[str, str] | None = None) -> Read:
    """`text` as a function of the row.

    Raises `ExpressionError` when reading a row fails, for example `split()` of a number.
    """
    tree = parse(text)
    if tree["type"] == "field":  # most of a flat mapping, and a dictionary's own business
        name = tree["value"]
        return lambda row: row.get(name)
    interpreter = Interpreter(Words(markers))

    def read(row: Mapping[str, Any]) -> Any:
        try:
            return interpreter.visit(tree, row)
        except ExpressionError:
            raise
        except _FAULTS as error:
            raise ExpressionError(f"{text[:100]}: {_first_line(error)}") from error

    return read


def _unread(error: Exception) -> str:
    """Why an expression cannot be read, without the library's grammar."""
    if isinstance(error, exceptions.IncompleteExpressionError):
        return "it ends too early"
    if isinstance(error, exceptions.ParseError):
        return f"{error.token_value!r} does not fit as character {error.lex_position + 1}"
    return _first_line(error).removeprefix("Bad jmespath expression: ").rstrip(": ")


def _first_line(error: Exception) -> str:
    return (str(error) or type(error).__name__).splitlines()[0][:300]


def _walk(tree: Any) -> Iterator[tuple[dict[str, Any], int]]:
    """Every part of a syntax tree with its depth, outside in, without recursion."""
    waiting = [(tree, 1)]
    while waiting:
        node, depth = waiting.pop()
        if isinstance(node, dict) and "type" in node:
            yield node, depth
            waiting += [(child, depth + 1) for child in node.get("children", ())]


def _check_call(text: str, node: dict[str, Any]) -> None:
    """Raise `ExpressionError` for a call that could only fail."""
    name, given, known = node["value"], node["children"], Words.FUNCTION_TABLE
    if name not in known:
        near = difflib.get_close_matches(name, known, n=1)
        guess = f" (did you mean {near[0]}()?)" if near else ""
        there = ", ".join(sorted(known))
        raise ExpressionError(f"{text!r} calls {name}(), which does not exist{guess}; there are: {there}")
    wanted = known[name]["signature"]
    variadic = bool(wanted) and wanted[-1].get("variadic", False)
    if len(given) < len(wanted) or (len(given) > len(wanted) and not variadic):
        count = f"{'at least ' if variadic else ''}{len(wanted)}"
        raise ExpressionError(f"{text!r} gives {name}() {len(given)} values, but it takes {count}")
    if name in _TAKE_A_PATTERN:
        if given[1]["type"] != "literal" or not isinstance(given[1]["value"], str):
            problem = f"{text!r} takes the pattern of {name}() from the data"
            raise ExpressionError(f"{problem}; write it out, in single quotes")
        pattern(given[1]["value"])


def _roots(node: dict[str, Any]) -> Iterator[str]:
    match node["type"]:
        case "field":
            yield node["value"]
        case (
            "subexpression"
            | "pipe"
            | "index_expression"
            | "projection"
            | "filter_projection"
            | "flatten"
            | "value_projection"
        ):
            # Only the left side starts at the row; the rest continues from what it found.
            yield from _roots(node["children"][0])
        case "literal" | "current" | "identity" | "expref" | "slice" | "index":
            return
        case _:
            for child in node["children"]:
                yield from _roots(child)
