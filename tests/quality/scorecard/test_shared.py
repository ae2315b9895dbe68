import numpy as np
import polars as pl
import pytest

from quality.scorecard.figure import Contrast, Lacking
from quality.scorecard.shared import KINDS, SAID, Kind, SharedWork, shared_contrast, shared_figure
from tests.quality.scorecard.seen import NOTHING, work


def contrast(kind: Kind, shared: SharedWork, one: str = "acme", other: str = "best") -> Contrast:
    found = shared_contrast(kind, one, other, shared)
    assert isinstance(found, Contrast), found
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_a_better_vendor_is_told_from_a_worse_one_on_the_same_items(kind: Kind) -> None:
    shared = work({"acme": 0.95, "best": 0.7, "coda": 0.95})
    found = contrast(kind, shared)
    low, _ = found.at(0.05)
    assert low > 0


def test_harder_prompts_of_its_own_do_not_make_a_vendor_worse() -> None:
    shared = work({"acme": 0.85, "best": 0.85})
    alone = work({"best": 0.5}, seed=1).said.with_columns(pl.format("own-{}", "unit").alias("unit"))
    mixed = SharedWork(pl.concat([shared.said, alone]), shared.answered)
    low, high = contrast("agreement_shared", mixed).at(0.05)
    assert low < 0 < high


def test_of_two_vendors_each_agrees_with_the_other_as_much_so_a_third_is_needed() -> None:
    found = shared_contrast("agreement_with_others", "acme", "best", work({"acme": 0.9, "best": 0.6}))
    assert isinstance(found, Lacking)
    assert found.lacks == "a third vendor"


def test_without_shared_items_or_gold_the_missing_thing_is_named() -> None:
    for kind in KINDS:
        found = shared_contrast(kind, "acme", "best", NOTHING)
        assert isinstance(found, Lacking)
        assert shared_figure(kind, "acme", NOTHING).value is None
    no_gold = shared_contrast("gold_shared", "acme", "best", work({"acme": 0.9, "best": 0.9}, gold=False))
    assert isinstance(no_gold, Lacking)
    assert no_gold.lacks == "shared gold questions"


def test_few_prompts_are_refused_however_many_items_they_have() -> None:
    shared = work({"acme": 0.9, "best": 0.6}, items=58)  # two items a prompt: 29 prompts
    assert isinstance(shared_contrast("gold_shared", "acme", "best", shared), Lacking)
    assert isinstance(
        shared_contrast("gold_shared", "acme", "best", work({"acme": 0.9, "best": 0.6}, items=60)), Contrast
    )


def test_vendors_that_make_no_mistake_have_no_spread_and_still_an_interval() -> None:
    shared = work({"acme": 1.0, "best": 1.0})
    found = contrast("gold_shared", shared)
    assert found.value == 0.0
    low, high = found.at(0.05)
    assert low < 0 < high
    figure = shared_figure("gold_shared", "acme", shared)
    assert figure.low is not None
    assert 0.9 < figure.low < 1.0 == figure.value


def test_a_judgement_said_twice_by_one_annotator_counts_once() -> None:
    shared = work({"acme": 0.9, "best": 0.6})
    twice = SharedWork(pl.concat([shared.said, shared.said], how="vertical"), shared.answered)
    assert contrast("agreement_shared", twice).value == contrast("agreement_shared", shared).value


def test_agreement_is_the_share_of_pairs_of_annotators_that_say_the_same() -> None:
    rows = [
        {
            "contract_id": "acme",
            "unit": f"u{u}",
            "prompt": f"p{u}",
            "annotator": f"a{a}",
            "value": float(a == 0),
        }
        for u in range(40)
        for a in range(3)
    ]
    found = shared_figure("agreement_shared", "acme", SharedWork(pl.DataFrame(rows, SAID), NOTHING.answered))
    assert found.value == pytest.approx(1 / 3)  # of three pairs, the two who said 0


@pytest.mark.parametrize("kind", KINDS)
def test_equal_vendors_are_told_apart_in_about_one_of_twenty_simulations(kind: Kind) -> None:
    wrong = 0
    for seed in range(200):
        shared = work({"acme": 0.8, "best": 0.8, "coda": 0.8}, items=80, seed=seed)
        low, high = contrast(kind, shared).at(0.05)
        wrong += not low <= 0 <= high
    assert wrong <= 20, np.round(wrong / 200, 3)  # P(more | 5 %) is 0.1 %
