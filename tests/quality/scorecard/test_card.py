from dataclasses import replace

import pytest

from quality.sampling.defects import DefectRate
from quality.scorecard.card import Scorecard, scorecard
from quality.scorecard.figure import Difference, Figure, Lacking
from tests.quality.scorecard.seen import NOTHING, gain, held, sums, vendor, work

NAMES = (
    "first_pass_yield",
    "ramp_slope",
    "agreement_shared",
    "agreement_with_others",
    "gold_shared",
    "on_time_share",
    "weeks_without_bias_flag",
    "on_policy_share",
    "defect_rate",
    "cost_per_accepted",
    "rm_gain_per_1000",
)


def figure(card: Scorecard, name: str, contract_id: str) -> Figure:
    return next(one for one in card.figures if (one.name, one.contract_id) == (name, contract_id))


def difference(card: Scorecard, name: str) -> Difference:
    return next(one for one in card.differences if one.name == name)


def test_every_figure_of_every_vendor_is_on_the_card_and_there_is_no_total() -> None:
    card = scorecard("p", (vendor("acme"), vendor("best"), vendor("coda")), NOTHING)
    assert [one.name for one in card.figures] == [*NAMES] * 3
    assert [one.name for one in card.differences] == [name for name in NAMES for _ in range(3)]
    assert [one.contract_id for one in card.figures[:: len(NAMES)]] == ["acme", "best", "coda"]


def test_a_vendor_that_keeps_more_of_each_week_is_higher() -> None:
    best = vendor("best", (700, 850, 950, 990, 990, 995))
    card = scorecard("p", (vendor("acme"), best), NOTHING)
    assert figure(card, "first_pass_yield", "acme").value == pytest.approx(4950 / 6000)
    assert difference(card, "first_pass_yield").standing == "lower"


def test_two_vendors_that_are_alike_are_not_distinguishable_in_anything() -> None:
    card = scorecard("p", (vendor("acme"), vendor("best")), work({"acme": 0.8, "best": 0.8}))
    told = {one.standing for one in card.differences}
    assert told == {"not distinguishable", "not_testable"}


def test_an_interval_of_a_difference_is_wider_the_more_of_them_stand_on_the_card() -> None:
    def width(*others: str) -> float:
        pair = (vendor("acme"), vendor("best", (650, 700, 870, 890, 940, 925)))
        found = difference(scorecard("p", (*pair, *map(vendor, others)), NOTHING), "first_pass_yield")
        assert found.low is not None
        assert found.high is not None
        return found.high - found.low

    assert width() < width("coda") < width("coda", "dune")


def test_what_cannot_be_told_names_what_is_missing() -> None:
    young = replace(vendor("acme"), first_pass=(), on_policy=(), paid=(), gains=(), on_time=(), unbiased=())
    card = scorecard("p", (young, vendor("best")), NOTHING)
    lacking = {one.name: one.lacks for one in card.figures if one.contract_id == "acme"}
    assert lacking == {
        "first_pass_yield": "weeks",
        "ramp_slope": "weeks",
        "agreement_shared": "shared items",
        "agreement_with_others": "shared items",
        "gold_shared": "shared gold questions",
        "on_time_share": "due weeks",
        "weeks_without_bias_flag": "audit reports",
        "on_policy_share": "on_policy.checkpoints",
        "defect_rate": "review",
        "cost_per_accepted": "accepted units",
        "rm_gain_per_1000": "promotions",
    }
    assert {one.standing for one in card.differences} == {"not_testable"}
    assert card.compared == 0
    assert all(one.lacks and one.reason.endswith(".") for one in card.differences)


def test_two_weeks_give_a_figure_without_an_interval_and_no_difference() -> None:
    short = [replace(vendor(name), first_pass=sums(name, (600, 700))) for name in ("acme", "best")]
    card = scorecard("p", short, NOTHING)
    one = figure(card, "first_pass_yield", "acme")
    assert (one.value, one.low, one.high) == (0.65, None, None)
    assert "3 weeks are needed" in one.reason
    assert difference(card, "first_pass_yield").lacks == "weeks in common"


def test_only_weeks_that_both_have_are_compared() -> None:
    late = replace(vendor("best"), first_pass=sums("best", (600, 750, 850, 900, 920, 930))[3:])
    card = scorecard("p", (vendor("acme"), late), NOTHING)
    assert difference(card, "first_pass_yield").value == pytest.approx(0.0)


def test_a_cost_is_exact_and_its_difference_has_an_interval() -> None:
    uneven = replace(vendor("best"), paid=sums("best", (700, 950, 1100, 1280, 1300, 1390), 900.0))
    card = scorecard("p", (vendor("acme"), uneven), NOTHING)
    cost = figure(card, "cost_per_accepted", "acme")
    assert (cost.low, cost.high, cost.currency) == (None, None, "USD")
    assert "exact, by the books" in cost.reason
    found = difference(card, "cost_per_accepted")
    assert found.low is not None
    assert found.value is not None
    assert found.low < found.value


def test_amounts_of_two_currencies_are_not_compared() -> None:
    euro = replace(vendor("best"), currency="EUR", gains=(gain("best", 0.02, currency="EUR"),))
    card = scorecard("p", (vendor("acme"), euro), NOTHING)
    for name in ("cost_per_accepted", "rm_gain_per_1000"):
        assert difference(card, name).lacks == "one currency"


def test_a_gain_whose_interval_holds_zero_says_so_and_spreads_are_added() -> None:
    card = scorecard("p", (vendor("acme"), vendor("best")), NOTHING)
    found = figure(card, "rm_gain_per_1000", "acme")
    assert found.value == pytest.approx(2.0)  # 4 points for 2,000
    assert found.low == pytest.approx(0.0)  # both half-widths of 2 points, halved with the price
    assert "not distinguishable from no gain" in found.reason
    clear = replace(vendor("acme"), gains=(gain("acme", 0.05),))
    assert "not distinguishable" not in figure(scorecard("p", (clear,), NOTHING), NAMES[-1], "acme").reason


def test_what_a_model_kept_aside_would_have_gained_is_counted_with_the_promotion_after_it_alone() -> None:
    aside = replace(gain("acme", 0.05), promoted=False)
    seen = replace(vendor("acme"), gains=(aside, gain("acme", 0.08)))
    found = figure(scorecard("p", (seen,), NOTHING), "rm_gain_per_1000", "acme")
    assert found.value == pytest.approx(4.0)  # 8 points, not 13, for 2,000
    assert found.n == 2
    assert found.reason.startswith("+8.00 points by 1 of 2 models for 2,000.00")


def test_late_weeks_and_flagged_audits_are_named() -> None:
    found = figure(scorecard("p", (vendor("acme"),), NOTHING), "on_time_share", "acme")
    assert found.value == pytest.approx(5 / 6)
    assert "5 of 6 weeks (week 4: late)." in found.reason


def test_vendors_without_a_single_late_week_are_not_told_apart_from_one_with_one_of_six() -> None:
    prompt = replace(vendor("best"), on_time=held("best", *[True] * 6))
    found = difference(scorecard("p", (vendor("acme"), prompt), NOTHING), "on_time_share")
    assert found.standing == "not distinguishable"


def test_what_human_review_found_takes_its_place_on_the_card() -> None:
    def reviewed(name: str, share: float) -> object:
        rate = DefectRate(share, share / 2, share * 2, 400, 0, 0, 400.0, (), "By 400 reviewed records.")
        return replace(vendor(name), defects=(rate, (f"store:{name}.jsonl",)))

    card = scorecard("p", (reviewed("acme", 0.02), reviewed("best", 0.30)), NOTHING)  # type: ignore[arg-type]
    assert figure(card, "defect_rate", "acme").evidence == ("store:acme.jsonl",)
    assert difference(card, "defect_rate").standing == "lower"


def test_a_scheme_that_cannot_be_compared_is_named() -> None:
    shared = work({"acme": 0.9, "best": 0.6})
    unread = replace(shared, unreadable=Lacking("one label scheme", "They label by two schemes."))
    card = scorecard("p", (vendor("acme"), vendor("best")), unread)
    assert difference(card, "agreement_shared").lacks == "one label scheme"
    assert difference(card, "gold_shared").standing == "higher"
