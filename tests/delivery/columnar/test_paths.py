"""What an expression picks from columns is what JMESPath picks from each row."""

from typing import Any

import pyarrow as pa
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from contracts.language.expressions import compiled
from rampart.delivery.columnar.paths import RowByRowError, picked
from rampart.delivery.columnar.shape import shape_of

TEXTS = st.none() | st.text("ab", max_size=2)
FILLED = st.fixed_dictionaries({}, optional={"x": TEXTS, "y": st.none() | st.integers(0, 3)}).filter(bool)
OBJECTS = st.none() | FILLED
ROWS = st.fixed_dictionaries(
    {},
    optional={
        "a": TEXTS,
        "b": TEXTS,
        "o": OBJECTS,
        "l": st.none() | st.lists(FILLED, max_size=3),
        "deep": st.none() | st.fixed_dictionaries({"o": OBJECTS}),
    },
)
EXPRESSIONS = (
    "a",
    "o.x",
    "o.nothing",
    "a.x",
    "deep.o.y",
    "l[0].x",
    "l[-1].y",
    "a[0]",
    "[a, b]",
    "l[].{p: x, q: y}",
)


@given(st.lists(ROWS, min_size=1, max_size=8))
@pytest.mark.parametrize("text", EXPRESSIONS)
def test_columns_give_what_rows_give(text: str, rows: list[dict[str, Any]]) -> None:
    names = frozenset({"a", "b", "o", "l", "deep"})
    table = pa.Table.from_pylist(rows, shape_of(rows, names, None))
    assume(table.schema.field("l").type != pa.list_(pa.null()))
    read = compiled(text)
    assert picked(text, table).values.to_pylist() == [read(row) for row in rows]


@pytest.mark.parametrize("text", ["length(a)", "a || b", "l[?x]", "l[*].[x]", '"\\u0001"', "a == b"])
def test_what_does_more_than_pick_is_left_to_the_reading_row_by_row(text: str) -> None:
    table = pa.Table.from_pylist([{"a": "x", "b": "y", "l": [{"x": "1"}]}])
    with pytest.raises(RowByRowError):
        picked(text, table)


def test_lists_within_a_list_and_lists_of_several_types_are_left_to_it_too() -> None:
    table = pa.Table.from_pylist([{"l": [[1]], "a": "x", "n": 1}])
    for text in ("l[].x", "[a, n]", "a[].x"):
        with pytest.raises(RowByRowError):
            picked(text, table)
    assert picked(None, table).values.null_count == 1
