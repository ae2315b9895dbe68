"""Several reviewers, one verdict a record."""

import pytest

from quality.sampling.opinions import Opinion, agreement_of, split, verdicts_of


def said(item: str, *verdicts: str) -> list[Opinion]:
    return [Opinion(item, f"reviewer {number}", verdict) for number, verdict in enumerate(verdicts)]


@pytest.mark.parametrize(
    ("verdicts", "each", "found"),
    [
        (("ok",), 1, "ok"),
        (("unsure",), 1, "unsure"),
        (("ok", "defect"), 1, "unsure"),
        (("ok", "defect", "defect"), 1, "defect"),
        (("ok", "unsure"), 1, "ok"),
        (("ok", "unsure"), 2, "unsure"),
        (("ok", "ok"), 2, "ok"),
        (("ok",), 2, None),
        (("ok", "unsure", "ok"), 2, "ok"),
    ],
)
def test_the_majority_counts_once_enough_have_judged(
    verdicts: tuple[str, ...], each: int, found: str | None
) -> None:
    assert verdicts_of(said("a", *verdicts), each).get("a") == found


def test_items_on_which_reviewers_differ_are_named() -> None:
    assert split([*said("b", "ok", "defect"), *said("a", "ok", "unsure"), *said("c", "defect")]) == ("b",)


def test_agreement_is_told_over_what_two_have_judged() -> None:
    both = [one for n in range(18) for one in said(f"i{n}", "ok", "ok")]
    found = agreement_of(
        [*both, *said("x", "ok", "defect"), *said("y", "defect", "defect"), *said("z", "ok")]
    )
    assert (found.items, found.raw) == (20, 0.95)
    assert found.ac1 is not None and found.low is not None and found.high is not None
    assert 0.9 < found.ac1 < 0.95 and found.low < found.ac1 < found.high


def test_of_one_reviewer_alone_no_agreement_is_told() -> None:
    assert agreement_of(said("a", "ok")).raw is None


def test_where_all_say_the_same_chance_is_not_taken_off() -> None:
    found = agreement_of([one for n in range(20) for one in said(f"i{n}", "ok", "ok")])
    assert (found.raw, found.ac1) == (1.0, None)
