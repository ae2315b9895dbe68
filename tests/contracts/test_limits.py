import time
from typing import Any

import pytest

from contracts.language.expressions import ExpressionError, compiled, parse
from contracts.language.limits import copies


@pytest.mark.parametrize(
    ("expression", "row", "message"),
    [
        ("'aaaaaaaaaa'" + " | replace(@, 'a', 'aaaaaaaaaa')" * 20, {}, "replace: the text would be longer"),
        ("join(a, [b, b, b, b, b, b, b, b, b])", {"a": "x" * 2**21, "b": ""}, "join: the text would be"),
        ("to_string([a, a])", {"a": "x" * 2**23}, "to_string: the text would be longer than 16 Mi"),
    ],
)
def test_a_text_that_grows_without_end_is_stopped(expression: str, row: dict[str, Any], message: str) -> None:
    began = time.process_time()
    with pytest.raises(ExpressionError, match=message):
        compiled(expression)(row)
    assert time.process_time() - began < 5


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("a" * 4_001, "has 4,001 characters, at most 4,000"),
        ("(" * 200 + "a" + ")" * 200 + " || b" * 61, "nested more than 60 deep"),
        (" | ".join(["a"] * 80), "nested more than 60 deep"),
        ("a" + " | [@, @]" * 50, "1,125,899,906,842,624 times over, at most 1,000"),
        ("a" + " | {x: @, y: @}" * 10, "1,024 times over"),
        ("a" + " | [@, @][]" * 25, "33,554,432 times over"),
        ("map(&[@, @, @, @], a)" + " | map(&[@, @, @, @], @)" * 4, "times over"),
        ("zip({x: a, y: a})" + " | zip({x: @, y: @})" * 9, "1,024 times over"),
    ],
)
def test_an_expression_nobody_would_write_is_refused(expression: str, message: str) -> None:
    with pytest.raises(ExpressionError, match=message):
        parse(expression)


@pytest.mark.parametrize(
    ("expression", "count"),
    [
        ("a", 1),
        ("a || b", 1),
        ("[a, b, c]", 3),
        ("a[].{x: x, y: y}", 2),
        ("[{x: a, y: b}, {x: c, y: d}]", 4),
        ("[a, b] | [@, @]", 4),
        ("a[?x == `1`].y | [0]", 1),
    ],
)
def test_what_an_expression_writes_out_is_counted(expression: str, count: int) -> None:
    assert copies(parse(expression)) == count
