"""What a redelivery may change where only discarded records may be done again."""

import polars as pl
import pytest

from quality.gates.redone import redone_problem
from rampart.records.identity import KEYS

KEPT = ("a", "b", "c")
TOLD = pl.Series(["d", "e"])


def keys(*names: str) -> pl.DataFrame:
    """Records named so; a name followed by ! is another judgement under the same id."""
    return pl.DataFrame([(name.rstrip("!"), name, name) for name in names], KEYS, orient="row")


@pytest.mark.parametrize(
    ("now", "unreadable"),
    [
        ((*KEPT, "d!", "e!"), 0),
        ((*KEPT, "d!"), 0),
        (KEPT, 0),
        ((*KEPT, "d", "new"), 1),
    ],
)
def test_discards_may_be_redone_left_out_and_lines_that_were_unreadable_brought(
    now: tuple[str, ...], unreadable: int
) -> None:
    assert redone_problem(keys(*KEPT), TOLD, unreadable, keys(*now), named=True) is None


@pytest.mark.parametrize(
    ("now", "said"),
    [
        (("a", "b", "d!"), "1 of 3 accepted records are missing or changed in it"),
        (("a", "b!", "c!"), "2 of 3 accepted records are missing or changed in it"),
        ((*KEPT, "new"), "1 of its records were not discarded, while 0 lines could not be read"),
        ((*KEPT, "d!", "a!"), "1 of its records were not discarded, while 0 lines could not be read"),
    ],
)
def test_what_was_accepted_comes_again_as_it_was_and_nothing_else_is_new(
    now: tuple[str, ...], said: str
) -> None:
    assert redone_problem(keys(*KEPT), TOLD, 0, keys(*now), named=True) == said


def test_records_without_ids_of_their_own_are_counted() -> None:
    assert redone_problem(keys(*KEPT), TOLD, 0, keys(*KEPT, "x", "y"), named=False) is None
    assert redone_problem(keys(*KEPT), TOLD, 0, keys(*KEPT, "x", "y", "z"), named=False)
