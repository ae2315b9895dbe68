"""What mending a reason is worth: only what it alone stood in the way of, at the contract's own prices."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from contracts.terms.ramp import Credits, Phase
from rampart.ledger.feedback.costs import savings
from rampart.ledger.pricing import price_batch
from rampart.records.reasons import REASONS, mask_of
from tests.ledger.books import PRICE, terms

FAST, EMPTY, TWICE = (mask_of([code]) for code in ("too_fast", "empty_response", "exact_duplicate"))


def a_unit_each(accepted: int, _discarded: int) -> Decimal:
    return Decimal(accepted)


def test_a_frequent_reason_that_never_stands_alone_ranks_below_a_rare_one_that_does() -> None:
    found = savings({FAST | EMPTY: 100, TWICE: 3}, 50, 103, a_unit_each)
    assert [one.reason.code for one in found][0:1] == ["exact_duplicate"]
    assert [(one.any, one.worth) for one in found] == [(3, Decimal(3)), (100, Decimal(0)), (100, Decimal(0))]


def test_what_two_reasons_cost_together_shows_once_both_are_mended() -> None:
    found = savings({FAST | EMPTY: 100, TWICE: 3}, 50, 103, a_unit_each)
    assert [one.with_above for one in found] == [3, 3, 103]


def test_a_saving_is_the_price_in_force_and_the_credit_the_discard_cost() -> None:
    agreed = terms(phases={"calibration": Phase(discard_ceiling=0.1, price=PRICE, discount=0.5),
                           "production": Phase(discard_ceiling=0.1, price=PRICE)})  # fmt: skip
    owed = Credits(discard_over_ceiling=Decimal("0.10"))
    agreed = agreed.model_copy(update={"ramp": agreed.ramp.model_copy(update={"credits": owed})})

    def pays(accepted: int, discarded: int) -> Decimal:
        return sum((line.amount for line in price_batch(agreed, 1, accepted, discarded)), Decimal(0))

    (one,) = savings({FAST: 20}, 80, 20, pays)
    # 20 units at 0.35 less half, and ten discards beyond the ceiling's allowance of ten.
    assert one.worth == 20 * PRICE / 2 + 10 * Decimal("0.10")


@given(st.dictionaries(st.integers(1, 2 ** len(REASONS) - 1), st.integers(1, 50), max_size=12))
def test_mending_everything_brings_everything_back_and_first_reasons_add_up(masks: dict[int, int]) -> None:
    found = savings(masks, 7, sum(masks.values()), a_unit_each)
    assert sum(one.first for one in found) == sum(masks.values())
    assert sorted((one.worth for one in found), reverse=True) == [one.worth for one in found]
    assert not found or found[-1].with_above == sum(masks.values())
