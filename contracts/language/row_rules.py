"""Conditions on a record, in a small part of SQL: read by sqlglot, held to a list, run by polars.

A condition compares fields and constants, with AND, OR, NOT, IN, BETWEEN, LIKE, IS NULL, CASE, arithmetic and
a few functions. There is no way to a table, a file or a subquery, and nothing that takes more than one pass
over the values. As in SQL a comparison with a missing value is neither true nor false.
"""

import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

from contracts.language.expression_error import ExpressionError
from contracts.language.shared_patterns import checked

if TYPE_CHECKING:  # loaded where a contract has rules
    import polars as pl

Kind = Literal["text", "number", "truth", "moment"]

LONGEST = 1_000  # characters of a condition; written ones stay below 200
MOST_PARTS = 200  # nodes of its tree
DEEPEST = 30  # nodes inside nodes

# What a condition may name: the canonical fields that hold one value, and what is derived from the others.
COLUMNS: dict[str, Kind] = {
    **dict.fromkeys(("record_id", "item_id", "conversation_id", "work_order_item"), "text"),
    **dict.fromkeys(("annotator_id", "prompt_author_id", "guideline_version"), "text"),
    **dict.fromkeys(("domain", "language", "difficulty", "unit_kind", "rationale"), "text"),
    **dict.fromkeys(("scheme", "raw_label", "category", "gold", "verifier", "prompt"), "text"),
    **dict.fromkeys(("turn", "strength", "duration_s", "prompt_messages", "response_count"), "number"),
    **dict.fromkeys(("shortest_response", "longest_response"), "number"),
    "both_bad": "truth",
    **dict.fromkeys(("started_at", "submitted_at"), "moment"),
}
NODES = (
    *("And", "Or", "Not", "Paren", "Column", "Identifier", "Literal", "Boolean", "Null", "Neg"),
    *("EQ", "NEQ", "GT", "GTE", "LT", "LTE", "Is", "In", "Between", "NullSafeEQ", "NullSafeNEQ"),
    *("Like", "ILike", "RegexpLike", "Case", "If", "Coalesce", "Add", "Sub", "Mul", "Div", "Mod"),
    *("Length", "Lower", "Upper", "Trim", "Abs"),
)
_FIX = (
    "a condition has AND, OR, NOT, =, <>, <, IN, BETWEEN, LIKE, ~, IS NULL, CASE, COALESCE, LENGTH, LOWER, "
    "UPPER, TRIM and ABS"
)
TOO_MUCH = f"the condition has more than {MOST_PARTS} parts, or is nested too deeply"


@dataclass(frozen=True)
class Condition:
    """A condition that was read: `sql` is it in the form that is run, `columns` are those it names."""

    sql: str
    columns: tuple[str, ...]

    def expression(self) -> "pl.Expr":
        """The condition over columns named as in `COLUMNS`."""
        import polars as pl  # noqa: PLC0415 (a contract without rules need not load it)

        return pl.sql_expr(self.sql)


@lru_cache(maxsize=256)
def condition(text: str) -> Condition:
    """`text` as a condition; `ExpressionError` where it is none, or does what a condition may not."""
    if len(text) > LONGEST:
        raise ExpressionError(f"the condition has {len(text):,} characters, at most {LONGEST:,} are read")
    tree = _parsed(text)
    if not fits(tree):
        raise ExpressionError(TOO_MUCH)
    for node in tree.walk():
        check_node(node)
    columns = tuple(dict.fromkeys(node.name for node in tree.walk() if type(node).__name__ == "Column"))
    if not columns:
        raise ExpressionError(f"{text!r} names no field; write a comparison with one")
    found = Condition(tree.sql("postgres", comments=False), columns)
    _must_be_true_or_false(found, text)
    return found


# What the parser lets through where it meets text it did not think of, such as '{:}'.
STUMBLES = (AttributeError, TypeError, LookupError)


def _parsed(text: str) -> Any:
    from sqlglot import errors, parse_one  # noqa: PLC0415 (0.1 s, for the contracts that have rules)
    from sqlglot.expressions import Condition as Any_  # noqa: PLC0415

    try:
        return parse_one(text, dialect="postgres", into=Any_)
    except RecursionError:
        raise ExpressionError(TOO_MUCH) from None
    except (errors.SqlglotError, ValueError) as error:
        where = getattr(error, "errors", None) or [{}]
        said = str(where[0].get("description") or error).splitlines()[0].split(" for <class")[0]
        raise ExpressionError(f"{text!r} is no condition ({said}); {_FIX}") from error
    except STUMBLES as error:
        raise ExpressionError(f"{text!r} is no condition; {_FIX}") from error


def fits(tree: Any) -> bool:
    """Is a tree small enough to be walked, written out and run without a thought?"""
    return all(count < MOST_PARTS and node.depth <= DEEPEST for count, node in enumerate(tree.walk()))


def check_node(node: Any) -> None:
    """`ExpressionError` where a part of a condition is not in the list, or not as it may be."""
    name = type(node).__name__
    if name not in NODES:
        raise ExpressionError(f"{node.sql('postgres')!r} may not stand in a condition; {_FIX}")
    if name == "Column":
        _check_column(node)
    elif name in ("Like", "ILike", "RegexpLike"):
        pattern = node.args["expression"]
        if type(pattern).__name__ != "Literal" or not pattern.is_string:
            raise ExpressionError(f"{node.sql('postgres')!r} has no pattern in quotes; write one")
        if name == "RegexpLike":
            checked(pattern.name)
    elif name == "In":
        _check_list(node)
    elif name == "Trim" and node.args.get("expression"):
        raise ExpressionError(f"{node.sql('postgres')!r} trims more than blanks; write TRIM(field)")


def _check_column(node: Any) -> None:
    if len(list(_names(node))) > 1:
        raise ExpressionError(f"{node.sql('postgres')!r} names a table; write the field alone")
    if node.name not in COLUMNS:
        near = difflib.get_close_matches(node.name, COLUMNS, n=1)
        fix = f"did you mean {near[0]}?" if near else f"there are {', '.join(COLUMNS)}"
        raise ExpressionError(f"{node.name!r} is no field of a record; {fix}")


def _names(node: Any) -> Iterator[Any]:
    return (part for part in node.walk() if type(part).__name__ == "Identifier")


def _check_list(node: Any) -> None:
    plain = {"Literal", "Boolean", "Neg"}  # what is missing would make the whole list say nothing
    odd = [one for one in node.args.get("expressions") or [None] if type(one).__name__ not in plain]
    if odd:
        raise ExpressionError(f"{node.sql('postgres')!r} lists more than constants; write IN ('a', 'b')")


def _must_be_true_or_false(found: Condition, text: str) -> None:
    """Tried on no rows at all: comparisons of unlike things, and results that are no truth, show so too."""
    import polars as pl  # noqa: PLC0415

    kinds: dict[Kind, pl.DataType] = {
        "text": pl.String(),
        "number": pl.Float64(),
        "truth": pl.Boolean(),
        "moment": pl.Datetime("us", "UTC"),
    }
    nothing = pl.DataFrame(schema={name: kinds[kind] for name, kind in COLUMNS.items()})
    try:
        made = nothing.select(found.expression().alias("made"))["made"].dtype
    except pl.exceptions.PolarsError as error:
        said = str(error).strip().splitlines()[0]
        raise ExpressionError(f"{text!r} cannot be computed ({said}); compare text with text") from error
    if made != pl.Boolean:
        raise ExpressionError(f"{text!r} is neither true nor false; write a comparison")
