"""The gain of a contract's promotions, and what a point of it cost."""

from dataclasses import replace
from decimal import Decimal

from dashboard.pages.examples import VERSIONS
from rampart.ledger.read import RmRow
from rampart.ledger.read.gain import gain

SPENT = Decimal("1200.00")


def model(version: int, difference: float | None, spread: float = 0.01, contract: str = "acme-1") -> RmRow:
    low, high = (None, None) if difference is None else (difference - spread, difference + spread)
    return replace(
        VERSIONS[0],
        version=version,
        trigger=(contract, version, 1),
        promoted=True,
        difference=difference,
        difference_low=low,
        difference_high=high,
    )


def test_promotions_of_the_contract_add_up_with_their_intervals_end_to_end() -> None:
    found = gain(
        [model(1, None), model(2, 0.03), model(3, 0.03), model(4, 0.5, contract="b")], "acme-1", SPENT
    )
    assert found.versions == (2, 3)
    assert found.sentence == "+6.0 points (+4.0 to +8.0)"
    assert (found.cost, found.cost_low, found.cost_high) == (
        Decimal("200.00"),
        Decimal("150.00"),
        Decimal("300.00"),
    )


def test_an_interval_that_holds_zero_is_not_distinguishable_and_has_no_price() -> None:
    found = gain([model(2, 0.01, 0.02)], "acme-1", SPENT)
    assert (found.distinguishable, found.cost) == (False, None)
    assert found.sentence == "+1.0 points (-1.0 to +3.0): not distinguishable from no gain"


def test_a_model_that_was_kept_aside_or_came_first_is_no_gain() -> None:
    aside = replace(model(2, 0.04), promoted=False)
    found = gain([model(1, None), aside], "acme-1", SPENT)
    assert (found.points, found.versions) == (None, ())
    assert "no promotion by this contract" in found.sentence


def test_nothing_spent_has_no_cost() -> None:
    assert gain([model(2, 0.04)], "acme-1", Decimal(0)).cost is None
