"""One sample that decides by a plan and shows where the defects are."""

import numpy as np
import polars as pl
import pytest

from quality.sampling.defects import defect_rate
from quality.sampling.two_part import DISCARDED, PLAN, RISK, Frame, Sizes, least_risky, two_part

STRATA = ("annotator", "flags")
SIZES = Sizes(plan=80, risk=60, discarded=10)


def frame(n: int = 1000, *, discards: int = 150) -> Frame:
    """Thirty annotators, the later ones with more discards; every eleventh record is flagged."""
    people = [f"a{number % 30:02d}" for number in range(n)]
    return Frame(
        pl.DataFrame(
            {
                "record_id": [f"r{number:05d}" for number in range(n)],
                "annotator_id": people,
                "flags": [["odd"] if number % 11 == 0 else [] for number in range(n)],
            },
            schema_overrides={"flags": pl.List(pl.String)},
        ),
        pl.DataFrame(
            {
                "record_id": [f"d{number:05d}" for number in range(discards)],
                "annotator_id": [f"a{number % 30:02d}" for number in range(discards)],
            }
        ),
        pl.DataFrame(
            {
                "annotator_id": [f"a{number:02d}" for number in range(30)],
                "readable": [60] * 30,
                "discarded": list(range(30)),
            }
        ),
    )


def test_every_part_has_its_size_and_no_record_is_drawn_twice() -> None:
    sample = two_part(frame(), SIZES, STRATA, 7)
    assert [len(sample.part(name)) for name in (PLAN, RISK, DISCARDED)] == [80, 60, 10]
    assert sample.rows["record_id"].n_unique() == SIZES.total == 150
    assert (sample.lot, sample.lot_discarded) == (1000, 150)


def test_the_weights_of_the_drawn_add_up_to_all_accepted_records() -> None:
    sample = two_part(frame(), SIZES, STRATA, 7)
    assert sample.accepted.rows["weight"].sum() == pytest.approx(1000)
    assert sum(stratum.drawn for stratum in sample.strata) == 140
    assert min(stratum.drawn for stratum in sample.strata) >= 2


def test_the_same_records_and_seed_give_the_same_sample_whatever_their_order() -> None:
    one = frame()
    other = Frame(one.accepted.reverse(), one.discarded.reverse(), one.annotators.reverse())
    assert two_part(one, SIZES, STRATA, 7).rows.equals(two_part(other, SIZES, STRATA, 7).rows)
    assert not two_part(one, SIZES, STRATA, 7).rows.equals(two_part(one, SIZES, STRATA, 8).rows)


def test_the_sheet_s_order_tells_no_part_from_another() -> None:
    parts = two_part(frame(), SIZES, STRATA, 7).rows["part"].to_list()
    assert {PLAN, RISK} <= set(parts[:20])


def test_all_is_drawn_where_all_is_asked_for() -> None:
    sample = two_part(frame(100), Sizes(80, 30, 0), STRATA, 1)
    assert len(sample.part(RISK)) == 20
    assert {stratum.weight for stratum in sample.strata} == {1.0}


@pytest.mark.parametrize(("strata", "found"), [(STRATA, 6), (("annotator",), 3), (("flags",), 2), ((), 1)])
def test_strata_are_those_asked_for(strata: tuple[str, ...], found: int) -> None:
    assert len(two_part(frame(), SIZES, strata, 7).strata) == found
    assert least_risky(frame(), strata) == 2 * found


def test_the_plan_s_part_is_a_simple_random_sample() -> None:
    """Every record's chance is n / N, flagged or not: 120 draws of 80 of 1,000, three standard errors."""
    flagged = set(frame().accepted.filter(pl.col("flags").list.len() > 0)["record_id"])
    drawn = [two_part(frame(), SIZES, STRATA, seed).part(PLAN) for seed in range(120)]
    share = np.mean([[record in flagged for record in one] for one in drawn])
    expected = len(flagged) / 1000
    assert share == pytest.approx(expected, abs=3 * (expected * (1 - expected) / (120 * 80)) ** 0.5)


def test_a_planted_defect_rate_is_found_without_bias_and_within_its_interval() -> None:
    """Defects follow the risk (flagged 30 %, careless annotators 12 %, others 3 %); 200 seeds.

    The interval must hold in 95 % of them: chance puts that between 91 and 99.5 % of 200, on the wide side as
    strata are drawn in the annotators' order.
    """
    world = frame(3000)
    rng = np.random.default_rng(5)
    careless = world.accepted["annotator_id"].to_numpy() >= "a20"
    flagged = (world.accepted["flags"].list.len() > 0).to_numpy()
    chance = np.where(flagged, 0.30, np.where(careless, 0.12, 0.03))
    truth = rng.random(3000) < chance
    defective = set(world.accepted.filter(pl.Series(truth))["record_id"])
    held, shares = 0, []
    for seed in range(200):
        sample = two_part(world, Sizes(125, 120, 0), STRATA, seed)
        verdicts = {r: "defect" if r in defective else "ok" for r in sample.rows["record_id"]}
        rate = defect_rate(sample.accepted, verdicts)
        assert rate.share is not None and rate.low is not None and rate.high is not None
        shares.append(rate.share)
        held += rate.low <= truth.mean() <= rate.high
    assert np.mean(shares) == pytest.approx(truth.mean(), abs=3 * np.std(shares) / 200**0.5)
    assert 0.91 <= held / 200 <= 0.995


@pytest.mark.parametrize("sizes", [Sizes(1001, 0, 0), Sizes(0, 5, 0), Sizes(80, 60, 151)])
def test_more_than_there_is_and_too_few_a_stratum_are_refused(sizes: Sizes) -> None:
    with pytest.raises(ValueError, match="cannot be drawn"):
        two_part(frame(), sizes, STRATA, 7)
