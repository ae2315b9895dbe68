"""Queries of the standard's quality rules: one SELECT over one object, held to a list as conditions are."""

from typing import Any

from contracts.language.expression_error import ExpressionError
from contracts.language.row_rules import LONGEST, NODES, STUMBLES, TOO_MUCH, check_node, fits

_QUERY = (
    "Select",
    "From",
    "Table",
    "TableAlias",
    "Where",
    "Count",
    "Sum",
    "Avg",
    "Min",
    "Max",
    "Star",
    "Distinct",
)
_FIX = "write SELECT COUNT(*) FROM ${object} WHERE …, or another single figure of one object"


def query(text: str) -> str:
    """`text` in the form that is run; `ExpressionError` where it reaches further than its own object.

    The object is the table `object`, its property is the field of that name: both were put in before.
    """
    from sqlglot import errors, parse  # noqa: PLC0415 (0.1 s, for the contracts that have such rules)

    if len(text) > LONGEST:
        raise ExpressionError(f"the query has {len(text):,} characters, at most {LONGEST:,} are read")
    try:
        trees = parse(text, dialect="postgres")
    except RecursionError:
        raise ExpressionError(TOO_MUCH) from None
    except (errors.SqlglotError, ValueError, *STUMBLES) as error:
        raise ExpressionError(f"{text!r} is no query; {_FIX}") from error
    tree: Any = trees[0]
    if len(trees) != 1 or type(tree).__name__ != "Select" or len(tree.expressions) != 1:
        raise ExpressionError(f"{text!r} is not one SELECT of one figure; {_FIX}")
    if not fits(tree):
        raise ExpressionError(TOO_MUCH)
    for node in tree.walk():
        _check(node, tree)
    return str(tree.sql("postgres", comments=False))


def filled_in(text: str, name: str | None, column: str) -> str:
    """A query with the object's table, and `column` for the property called `name`, in their places."""
    for mark in ("${object}", "${table}", "{object}", "{table}"):
        text = text.replace(mark, "object")
    for mark in ("${property}", "${column}", "{property}", "{column}"):
        text = text.replace(mark, column if name else "")
    return text


def _check(node: Any, tree: Any) -> None:
    name = type(node).__name__
    if name == "Select" and node is not tree:
        raise ExpressionError(f"{node.sql('postgres')!r} is a query inside a query; {_FIX}")
    if name == "Table" and node.sql("postgres") != "object":
        raise ExpressionError(f"{node.sql('postgres')!r} is not the rule's own object; {_FIX}")
    if name in NODES:
        check_node(node)
    elif name not in _QUERY:
        raise ExpressionError(f"{node.sql('postgres')!r} may not stand in a query; {_FIX}")
