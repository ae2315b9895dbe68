"""Billed = payable + credits + withheld, worked out by hand for every state."""

from dataclasses import astuple
from decimal import Decimal
from itertools import pairwise

import pytest

from rampart.ledger.circumstances import Circumstances
from rampart.ledger.pricing import UnitKinds, price_batch
from rampart.ledger.reckoning import Reckoning, nothing, reckon
from rampart.ledger.states import SETTLED, STATES, State
from tests.ledger.test_pricing import CREDITS, KINDS, contract, free

NET = (Decimal("0.35"), Decimal(0))


def shown(of: Reckoning) -> tuple[str, ...]:
    """Billed, payable, credits, withheld, disputed."""
    return tuple(f"{amount}" for amount in astuple(of))


@pytest.mark.parametrize(
    ("state", "found"),
    [
        # 75 of 100 accepted: 26.25; 15 discards beyond the allowance of 10: 6.00; 25 discarded: 8.75.
        ("accepted", ("35.00", "20.25", "6.00", "8.75", "0.00")),
        ("accepted_partial", ("35.00", "20.25", "6.00", "8.75", "0.00")),
        ("held", ("35.00", "0.00", "0.00", "35.00", "0.00")),
        ("rejected", ("35.00", "-5.00", "5.00", "35.00", "0.00")),
        *((state, ("0.00",) * 5) for state in STATES if state not in SETTLED),
    ],
)
def test_each_state_has_its_money(state: State, found: tuple[str, ...]) -> None:
    of = contract(credits={**CREDITS, "rejected_unit": Decimal("0.05")})
    told = reckon(state, price_batch(of, 1, 75, 25), 25, *NET, minor_units=2)
    assert shown(told) == found
    assert told.billed == told.payable + told.credits + told.withheld


def test_contested_discards_are_the_disputed_part_of_what_is_withheld() -> None:
    told = reckon(
        "accepted_partial", price_batch(contract(), 1, 75, 25), 25, *NET, contested=10, minor_units=2
    )
    assert (told.withheld, told.disputed) == (Decimal("8.75"), Decimal("3.50"))


def test_units_that_are_accepted_and_not_paid_are_withheld() -> None:
    of = free(excess="unpaid", volume_over=0.0)
    lines = price_batch(of, 1, 130, 0, beside=Circumstances(earlier=((90, 20),)))
    assert shown(reckon("accepted", lines, 0, *NET, minor_units=2))[:4] == ("45.50", "35.00", "0.00", "10.50")


def test_discards_are_worth_the_price_of_their_kind() -> None:
    lines = price_batch(contract(KINDS), 1, 95, 5, UnitKinds({"long": 30}, {"long": 4}))
    # 65 x 0.35 + 30 x 0.50 accepted; 1 x 0.35 + 4 x 0.50 discarded.
    assert shown(reckon("accepted_partial", lines, 5, *NET, minor_units=2))[:4] == (
        "40.10",
        "37.75",
        "0.00",
        "2.35",
    )


def test_a_ruling_moves_money_and_leaves_what_was_billed_to_the_cent() -> None:
    of = contract({"price": Decimal("0.0337"), "discount": 0.3333})
    price = Decimal("0.0337")
    off = price * Decimal("0.3333")
    told = [
        reckon(
            "accepted_partial", price_batch(of, 1, kept, 100 - kept), 100 - kept, price, off, minor_units=2
        )
        for kept in range(101)
    ]
    assert len({one.billed for one in told}) == 1
    assert all(one.billed == one.payable + one.credits + one.withheld for one in told)
    cent = Decimal("0.01")  # a line each is rounded
    assert all(after.withheld <= before.withheld + cent for before, after in pairwise(told))
    assert told[100].withheld == 0


def test_sums_are_of_each_amount() -> None:
    one = reckon("accepted", price_batch(contract(), 1, 75, 25), 25, *NET, minor_units=2)
    assert one + nothing(2) == one
    assert (one + one).billed == Decimal("70.00")
