import numpy as np
import polars as pl
import pytest

from quality.audits.features.length import LENGTH
from quality.audits.features.measuring import deltas
from quality.audits.length import audit
from quality.mitigation.audited import audited, kish
from tests.quality.mitigation.planted import CONTRACT, Planted


def test_the_audit_before_is_the_audit_of_length(swayed: Planted) -> None:
    frame = swayed.batch.frame
    found = audited(frame, deltas(frame, [LENGTH]), "length", CONTRACT.audits.length)
    own = audit(frame, CONTRACT.audits.length)
    assert (found.win_rate, found.low, found.high, found.n) == (own.observed, own.low, own.high, own.n)


def test_equal_weights_keep_the_whole_effective_n_and_one_heavy_row_is_one_row() -> None:
    assert kish(np.full(700, 0.3)) == pytest.approx(700)
    assert kish(np.array([1e6, 1.0, 1.0])) == pytest.approx(1, abs=1e-5)
    assert kish(np.array([1.0, 2.0, 0.0])) == pytest.approx(9 / 5)
    assert kish(np.zeros(3)) == 0


def test_the_mean_under_random_weights_is_as_uncertain_as_kish_says() -> None:
    rng = np.random.default_rng(0)
    weights = np.clip(rng.lognormal(0, 0.6, 400), 0.5, 2.0)
    means = rng.normal(size=(20_000, 400)) @ weights / weights.sum()
    assert 1 / means.var() == pytest.approx(kish(weights), rel=0.03)


def test_a_comparison_of_weight_0_is_not_there(swayed: Planted) -> None:
    frame, limit = swayed.batch.frame, CONTRACT.audits.length
    between = deltas(frame, [LENGTH])
    half = (np.arange(frame.height) % 2).astype(float)
    kept = pl.Series(half > 0)
    assert audited(frame, between, "length", limit, weight=half) == audited(
        frame.filter(kept), between.filter(kept), "length", limit
    )
