"""Contracts as counts alone, with the truth behind them."""

import numpy as np
import polars as pl
import pytest

from simulator.ramps import KINDS, LLAMA2_WEEKS, STANDARD_WEEKS, Kind, simulated_contract


def test_the_published_weekly_volumes_are_14_and_add_up_to_the_published_total() -> None:
    assert (len(LLAMA2_WEEKS), sum(LLAMA2_WEEKS)) == (14, 1_418_091)
    assert (min(LLAMA2_WEEKS), max(LLAMA2_WEEKS)) == (5_561, 249_356)


def test_the_standard_plan_has_17_and_a_half_percent_of_its_volume_in_weeks_1_to_3() -> None:
    assert sum(STANDARD_WEEKS[:3]) / sum(STANDARD_WEEKS) == pytest.approx(0.175, abs=0.0005)


@pytest.mark.parametrize("kind", KINDS)
def test_vendors_of_every_kind_deliver_about_the_plan_and_discard_less_in_the_end(kind: Kind) -> None:
    rng = np.random.default_rng(0)
    contracts = [simulated_contract(rng, kind, LLAMA2_WEEKS) for _ in range(40)]
    rates = np.concatenate([one.rates for one in contracts])
    assert ((rates > 0) & (rates < 1)).all()
    assert (rates[:, -1] < rates[:, 0]).mean() > 0.8
    counts = pl.concat([one.counts for one in contracts])
    assert int(counts["readable"].sum()) / int(counts["planned"].sum()) == pytest.approx(0.98, abs=0.01)
    assert counts.filter(pl.col("accepted") != pl.col("readable") - pl.col("discarded")).is_empty()


def test_the_same_seed_gives_the_same_contract() -> None:
    first, second = (simulated_contract(np.random.default_rng(7), "floor") for _ in range(2))
    assert first.counts.equals(second.counts)
