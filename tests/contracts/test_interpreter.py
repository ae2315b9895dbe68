from typing import Any

import jmespath
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jmespath import exceptions

from contracts.language.expressions import ExpressionError, compiled

EXPRESSIONS = [
    "a", "a.b", "a.b.c", "@", "a[0]", "a[-1]", "a[-9].b", "a[5]", "a[].b", "a[].b[].c", "a[*].b",
    "a[][]", "a.*", "*.a", "a[1:]", "a[?b]", "a[?b == `1`].a", "{x: a, y: b.c}", "a.{x: b}", "[a, b.c]",
    "a.[b, c]", "a[].[a, b]", "a[].{x: a}", "a || b", "a && b", "!a", "a == b", "a > `1`", "'text'",
    "`[1, null]`", "a | b", "a[].b | [0]", "length(a)", "keys(a)", "to_string(a)", "not_null(a, b)",
    "type(a)", "sort_by(a, &b)", "map(&b, a)", "join('-', a[].b)", "max_by(a, &b)", "length(a[?b].c)",
    "a[0].b.c | @", "merge(a, `{}`)", "contains(a, b)", "reverse(a)", "[a][].b", "values(a)[].b",
]  # fmt: skip
LEAVES = st.none() | st.booleans() | st.integers(-2, 2) | st.sampled_from(["", "x", "text"])
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=12,
)
FAILED = object()


def by_the_library(expression: str, row: Any) -> Any:
    try:
        return jmespath.search(expression, row)
    except (exceptions.JMESPathError, TypeError):
        return FAILED


def by_us(expression: str, row: Any) -> Any:
    try:
        return compiled(expression)(row)
    except ExpressionError:
        return FAILED


@given(
    expression=st.sampled_from(EXPRESSIONS), row=st.dictionaries(st.sampled_from("abc"), VALUES, max_size=3)
)
def test_an_expression_means_what_jmespath_says(expression: str, row: dict[str, Any]) -> None:
    assert by_us(expression, row) == by_the_library(expression, row)


@pytest.mark.parametrize(
    "expression",
    ["if(a, b, lower(c))", "a[?if(b, `true`, lower(c))].b", "a | if(@, 'x', lower(@))"],
)
def test_only_the_branch_taken_is_read_wherever_the_condition_stands(expression: str) -> None:
    assert compiled(expression)({"a": [{"b": 1, "c": 7}], "b": 2, "c": 7}) in (2, [1], "x")
