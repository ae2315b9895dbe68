"""Who is shown by pseudonym: nobody with little work, and no small count, not even by subtraction."""

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from quality.gates.told import PEOPLE
from rampart.ledger.feedback.people import LEAST_COUNT, LEAST_JUDGED, MOST_SHOWN, Person, people_of


def shown(*counts: tuple[int, int]) -> tuple[Person, ...]:
    rows = [(f"p{number}", judged, discarded) for number, (judged, discarded) in enumerate(counts)]
    return people_of(pl.DataFrame(rows, PEOPLE, orient="row"))


def test_annotators_with_enough_work_are_shown_with_the_most_discards_first() -> None:
    assert shown((100, 10), (200, 50)) == (Person("p1", 1, 200, 50), Person("p0", 1, 100, 10))


def test_annotators_with_little_work_are_put_together() -> None:
    assert shown((100, 10), (9, 9), (8, 0)) == (Person("p0", 1, 100, 10), Person("", 2, 17, 9))


def test_one_annotator_alone_is_not_put_together_with_nobody() -> None:
    assert shown((100, 10), (90, 8), (3, 3)) == (Person("p0", 1, 100, 10), Person("", 2, 93, 11))


def test_a_small_count_is_withheld_and_so_is_the_one_it_could_be_subtracted_from() -> None:
    assert [one.discarded for one in shown((100, 30), (100, 12), (100, 2))] == [30, None, None]


def test_several_small_counts_hide_each_other() -> None:
    assert [one.discarded for one in shown((100, 30), (100, 3), (100, 2), (100, 0))] == [30, None, None, 0]


def test_of_a_crowd_only_the_first_are_named() -> None:
    found = shown(*((100, 50) for _ in range(MOST_SHOWN + 20)))
    assert (len(found), found[-1].people, found[-1].judged) == (MOST_SHOWN + 1, 20, 2000)


@given(st.lists(st.integers(1, 60).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n))), max_size=70))
def test_no_shown_cell_is_small_and_no_single_withheld_one_can_be_worked_out(
    counts: list[tuple[int, int]],
) -> None:
    found = shown(*counts)
    withheld = [one for one in found if one.discarded is None]
    told = [one.discarded for one in found if one.discarded]
    assert all(one.judged >= LEAST_JUDGED for one in found)
    assert all(count >= LEAST_COUNT for count in told)
    assert len(withheld) != 1 or not told
