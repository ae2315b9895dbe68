from datetime import date
from typing import Any

import pytest

from contracts.load import parse_contract
from rampart.retrain.config import TrainConfig
from rampart.retrain.scope import Scope, WeekFactor, age_weeks, scope_of
from rampart.retrain.snapshot import Snapshot, build_snapshot
from tests.contracts.files import GOOD, changed, problem
from tests.retrain.planted import batch, planted_rows


def weeks(*numbers: int, scope: Scope, **about: Any) -> Snapshot:
    batches = [batch(planted_rows(60, seed=week), week=week, **about) for week in numbers]
    return build_snapshot(batches, scope)


def weights(snapshot: Snapshot, split: str) -> dict[int, set[float]]:
    found: dict[int, set[float]] = {}
    for row in snapshot.pairs.to_pylist():
        if row["split"] == split:
            found.setdefault(row["week"], set()).add(row["weight"])
    return found


def test_by_default_every_week_counts_alike() -> None:
    snapshot = weeks(1, 2, 30, scope=Scope())
    assert weights(snapshot, "train") == weights(snapshot, "holdout") == {1: {1.0}, 2: {1.0}, 30: {1.0}}


def test_a_weight_halves_with_every_half_life_and_held_out_pairs_keep_theirs() -> None:
    snapshot = weeks(1, 3, 5, scope=Scope(half_life_weeks=2))
    assert weights(snapshot, "train") == {1: {0.25}, 3: {0.5}, 5: {1.0}}
    assert weights(snapshot, "holdout") == {1: {1.0}, 3: {1.0}, 5: {1.0}}
    assert [one.factor for one in snapshot.manifest.batches] == [0.25, 0.5, 1.0]
    assert [one.age_weeks for one in snapshot.manifest.batches] == [4, 2, 0]


def test_age_is_told_by_the_calendar_and_not_by_a_contracts_own_numbers() -> None:
    late = batch(planted_rows(50, seed=1), contract_id="new", week=11)
    old = batch(planted_rows(50, seed=2), contract_id="old", week=1)
    snapshot = build_snapshot([late, old], Scope(half_life_weeks=10))
    assert weights(snapshot, "train") == {11: {1.0}, 1: {0.5}}
    assert age_weeks(date(2026, 1, 5), date(2026, 1, 8)) == pytest.approx(3 / 7)


def test_a_window_takes_the_last_weeks_and_leaves_what_is_held_out() -> None:
    snapshot, whole = weeks(1, 2, 3, scope=Scope(window_weeks=2)), weeks(1, 2, 3, scope=Scope())
    assert weights(snapshot, "train").keys() == {2, 3}
    assert snapshot.manifest.holdout_pairs == whole.manifest.holdout_pairs
    assert snapshot.manifest.anchor_pairs == whole.manifest.anchor_pairs
    first, second, _ = snapshot.manifest.batches
    assert (first.dropped_out_of_window, first.train_pairs) == (whole.manifest.batches[0].train_pairs, 0)
    assert second.dropped_out_of_window == 0


def test_vendors_weeks_and_domains_have_factors_that_multiply() -> None:
    rows = [row | {"domain": "law" if at % 2 else "code"} for at, row in enumerate(planted_rows(80, seed=1))]
    scope = Scope(
        vendor_factors=(("north", 2.0),),
        domain_factors=(("law", 0.5),),
        week_factors=(WeekFactor("acme", 1, 3.0), WeekFactor("other", 1, 7.0)),
    )
    pairs = build_snapshot([batch(rows, vendor="north")], scope).pairs.to_pylist()
    found = {(row["domain"], row["split"], row["weight"]) for row in pairs}
    train = {("law", "train", 3.0), ("code", "train", 6.0)}
    assert found == train | {("law", "holdout", 1.0), ("code", "holdout", 1.0)}


@pytest.mark.parametrize(
    "scope",
    [
        Scope(vendor_factors=(("acme-labels", 0.0),)),
        Scope(week_factors=(WeekFactor("acme", 1, 0.0),)),
        Scope(domain_factors=(("law", 0.0),)),
    ],
)
def test_a_factor_of_0_leaves_out_and_says_so(scope: Scope) -> None:
    rows = [row | {"domain": "law"} for row in planted_rows(60, seed=1)]
    snapshot, whole = build_snapshot([batch(rows)], scope), build_snapshot([batch(rows)])
    (summary,) = snapshot.manifest.batches
    assert (summary.train_pairs, summary.dropped_without_weight) == (0, whole.manifest.train_pairs)
    assert snapshot.manifest.holdout_pairs == whole.manifest.holdout_pairs


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"window_weeks": 0}, "window_weeks is 0"),
        ({"half_life_weeks": 0}, "half_life_weeks is 0"),
        ({"holdout_prompts": 0}, "holdout_prompts is 0"),
        ({"vendor_factors": (("north", -1.0),)}, "'north' is not a number from 0 up"),
        ({"domain_factors": (("law", float("nan")),)}, "'law' is not a number from 0 up"),
        ({"week_factors": (WeekFactor("acme", 3, float("inf")),)}, "'week 3' is not a number from 0 up"),
        ({"domain_mix": (("code", 0.7), ("law", 0.4))}, "sum to 1.1"),
    ],
)
def test_a_scope_that_says_nothing_sensible_is_refused(wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Scope(**wrong)


TERMS = """
        scope:
          window_weeks: 12
          half_life_weeks: 6.5
          domain_mix: {law: 0.25, code: 0.5}
          weights: {vendor: {north: 2}, domain: {law: 0}, week: {2: 0.5}}
          holdout_prompts: 500
"""


def test_a_contracts_terms_become_the_scope() -> None:
    contract = parse_contract(changed("      gates:", f"      training:{TERMS}      gates:"), "c")
    assert scope_of(contract) == Scope(
        window_weeks=12,
        half_life_weeks=6.5,
        domain_mix=(("code", 0.5), ("law", 0.25)),
        vendor_factors=(("north", 2.0),),
        domain_factors=(("law", 0.0),),
        week_factors=(WeekFactor(contract.contract_id, 2, 0.5),),
        holdout_prompts=500,
    )


def test_a_contract_that_says_nothing_takes_everything() -> None:
    assert scope_of(parse_contract(GOOD.encode(), "c")) == Scope()


@pytest.mark.parametrize(
    "other",
    [
        Scope(window_weeks=3),
        Scope(half_life_weeks=3),
        Scope(holdout_prompts=9),
        Scope(domain_mix=(("a", 1.0),)),
    ],
)
def test_every_choice_is_in_the_digest_of_the_configuration_and_of_the_dataset(other: Scope) -> None:
    assert TrainConfig(scope=other).digest != TrainConfig().digest
    rows = planted_rows(5, seed=1)
    assert build_snapshot([batch(rows)], other).digest != build_snapshot([batch(rows)]).digest


@pytest.mark.parametrize(
    ("terms", "field", "said"),
    [
        ("domain_mix: {law: 0.7, code: 0.4}", "domain_mix", "the shares sum to 1.1"),
        ("domain_mix: {law: 0}", "domain_mix", "every share is 0"),
        ("weights: {week: {3: 0.5}}", "weights.week.3", "the term has no week 3"),
        ("weights: {vendor: {north: -1}}", "weights.vendor.north", "expected at least 0"),
        ("half_life_weeks: 0", "half_life_weeks", "expected more than 0"),
        ("window_weeks: 0", "window_weeks", "expected at least 1"),
    ],
)
def test_a_contract_whose_scope_cannot_be_meant_is_refused(terms: str, field: str, said: str) -> None:
    told = problem(changed("      gates:", f"      training: {{scope: {{{terms}}}}}\n      gates:"))
    assert told.field == f"training.scope.{field}"
    assert said in told.problem
