"""How much an expression may be and make: contracts and rows both come from outside."""

from collections.abc import Mapping
from typing import Any, TypeVar

from contracts.language.expression_error import ExpressionError

LONGEST = 4_000  # characters of an expression
DEEPEST = 60  # parts inside parts; written ones stay below 15
MOST_COPIES = 1_000  # of a row in what an expression writes out; written ones stay below 20
LONGEST_TEXT = 16 << 20  # characters a function may make

Made = TypeVar("Made", int, str)


def within(function: str, made: Made) -> Made:
    """`made`, a text or its length in characters, unless it is longer than `LONGEST_TEXT`."""
    length = len(made) if isinstance(made, str) else made
    if length > LONGEST_TEXT:
        raise ExpressionError(f"{function}: the text would be longer than {LONGEST_TEXT >> 20} Mi characters")
    return made


def copies(node: Mapping[str, Any]) -> int:
    """How many times over the syntax tree `node` may write out what it reads.

    A part sees only what stands to its left, so the work an expression does is linear in the row, times this:
    ``[@, @] | [@, @] | ...`` doubles with every step.
    """
    below = [copies(child) for child in node.get("children", ()) if isinstance(child, Mapping)]
    match node["type"]:
        case "literal":
            return 0
        case "multi_select_list" | "multi_select_dict" | "function_expression":
            return max(sum(below), 1)
        case "or_expression" | "and_expression" | "comparator" | "not_expression":
            return max(*below, 1)
        case _:
            made = 1
            for count in below:
                made *= max(count, 1)
            return made
