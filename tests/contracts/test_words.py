from decimal import Decimal
from typing import Any

import pytest

from contracts.language.words import as_number, word


@pytest.mark.parametrize(
    "values", [(1, 1.0, "1", " 1.0 ", "+1", "1e0", Decimal(1)), (True, "true", " TRUE"), ("left", "Left ")]
)
def test_ways_to_write_one_word_are_one_word(values: tuple[Any, ...]) -> None:
    assert len({word(value) for value in values}) == 1


@pytest.mark.parametrize(
    "pair",
    [
        (1, True),
        (0, False),
        (1, 1.5),
        ("left", "right"),
        (2**53, 2**53 + 1),
        (10**400, 10**400 + 1),
        ("1_0", "10"),
        ("", "0"),
    ],
)
def test_different_words_stay_different(pair: tuple[Any, Any]) -> None:
    assert word(pair[0]) != word(pair[1])


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (3, 3.0),
        (2.5, 2.5),
        ("2.5", 2.5),
        (" -1e3 ", -1000.0),
        (".5", 0.5),
        ("5.", 5.0),
        (Decimal("0.25"), 0.25),
    ],
)
def test_numbers_are_read_however_they_are_written(value: Any, number: float) -> None:
    assert as_number(value) == number


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        "",
        "x",
        "1_0",
        "nan",
        "inf",
        "1,5",
        "\u0661",
        "1e999",
        float("nan"),
        float("inf"),
        10**400,
        [1],
    ],
)
def test_what_is_no_finite_number_is_none(value: Any) -> None:
    assert as_number(value) is None
