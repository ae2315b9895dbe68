import math
from collections.abc import Sequence
from random import Random

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rampart.retrain.mix import mixed
from rampart.retrain.scope import Scope


def frame(domains: Sequence[str | None], weights: Sequence[float] | None = None) -> pl.DataFrame:
    return pl.DataFrame(
        {"domain": domains, "weight": weights or [1.0] * len(domains), "split": ["train"] * len(domains)},
        schema={"domain": pl.String, "weight": pl.Float64, "split": pl.String},
    )


def shares(pairs: pl.DataFrame) -> dict[str | None, float]:
    total = math.fsum(pairs["weight"])
    parts = pairs.partition_by("domain", as_dict=True)
    return {key[0]: math.fsum(part["weight"]) / total for key, part in parts.items()}


def test_no_mix_changes_nothing() -> None:
    pairs = frame(["a", "b", None])
    assert mixed(pairs, Scope()) == (pairs, ())


def test_domains_get_their_shares_and_together_weigh_what_they_weighed() -> None:
    pairs = frame(["code"] * 6 + ["law"] * 3 + [None], [0.5] * 10)
    scope = Scope(domain_mix=(("code", 0.2), ("law", 0.7)))
    found, told = mixed(pairs, scope)
    assert shares(found) == pytest.approx({"code": 0.2, "law": 0.7, None: 0.1})
    assert found["weight"].sum() == pytest.approx(5.0)
    assert {one.domain: (one.came, one.share) for one in told} == {
        "code": pytest.approx((0.6, 0.2)),
        "law": pytest.approx((0.3, 0.7)),
        None: pytest.approx((0.1, 0.1)),
    }


def test_what_is_not_listed_shares_the_rest_as_it_came() -> None:
    found, _ = mixed(
        frame(["code"] * 2 + ["law"] * 4 + ["art"] * 2 + [None] * 2), Scope(domain_mix=(("code", 0.6),))
    )
    assert shares(found) == pytest.approx({"code": 0.6, "law": 0.2, "art": 0.1, None: 0.1})


def test_a_domain_without_data_leaves_its_share_to_the_others() -> None:
    found, told = mixed(frame(["code", "law"]), Scope(domain_mix=(("code", 0.3), ("law", 0.1), ("art", 0.6))))
    assert shares(found) == pytest.approx({"code": 0.75, "law": 0.25})
    assert {one.domain for one in told} == {"code", "law"}


def test_held_out_pairs_are_neither_weighed_nor_counted() -> None:
    pairs = frame(["code", "law", "law"]).with_columns(split=pl.Series(["train", "train", "holdout"]))
    found, _ = mixed(pairs, Scope(domain_mix=(("code", 0.5), ("law", 0.5))))
    assert found["weight"].to_list() == [1.0, 1.0, 1.0]


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(["a", "b", "c", None]), st.floats(0.01, 50)), min_size=1, max_size=30),
    st.tuples(*(st.integers(0, 5) for _ in range(3))).filter(any),
    st.integers(0, 5),
    st.randoms(use_true_random=False),
)
def test_the_total_weight_stays_and_the_order_of_the_rows_makes_no_difference(
    rows: list[tuple[str | None, float]], parts: tuple[int, int, int], rest: int, random: Random
) -> None:
    total = sum(parts) + rest
    scope = Scope(domain_mix=tuple(zip("abc", (part / total for part in parts), strict=True)))
    wanted = {name for name, part in zip("abc", parts, strict=True) if part}
    kept = [row for row in rows if row[0] in wanted or (rest and row[0] is None)]
    found, told = mixed(frame(*zip(*kept, strict=True)) if kept else frame([]), scope)
    assert math.isclose(found["weight"].sum(), sum(weight for _, weight in kept), abs_tol=1e-9)
    random.shuffle(kept)
    assert mixed(frame(*zip(*kept, strict=True)) if kept else frame([]), scope)[1] == told
