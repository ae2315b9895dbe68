"""Every pair of every batch is used, or dropped for one reason."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.terms.annotation import Arena, Rating, Scheme
from quality.gates.evaluation.sets import Item, ReadSet
from rampart.records.comparisons import comparisons
from rampart.retrain.batch_pairs import FATES, BatchData
from rampart.retrain.manifest import BatchSummary
from rampart.retrain.scope import Scope, WeekFactor
from rampart.retrain.snapshot import build_snapshot
from tests.retrain.planted import batch, record

HELD = "Name the three largest moons of the planet Jupiter and say who saw them first with a telescope."
SET = ReadSet("moons", "m" * 64, (Item(1, HELD),))
SCHEMES: tuple[Scheme, ...] = (Arena(kind="arena"), Rating(kind="rating", low=1, high=10))


@st.composite
def batches(draw: st.DrawFn) -> BatchData:
    """A batch with every way to fall out of a dataset in it."""
    week, revision = draw(st.integers(1, 9)), draw(st.integers(1, 3))
    rows = [draw(judgements(place, week)) for place in range(draw(st.integers(0, 25)))]
    vendor, scheme = draw(st.sampled_from(["north", "south"])), draw(st.sampled_from(SCHEMES))
    data = batch(
        rows,
        contract_id=f"of-{vendor}",
        week=week,
        revision=revision,
        majority=draw(st.booleans()),
        scheme=scheme,
        vendor=vendor,
        checkpoints=draw(st.sampled_from([(), ("m1",)])),
    )
    return replace(data, evaluate=draw(st.booleans()))


@st.composite
def judgements(draw: st.DrawFn, place: int, week: int) -> dict[str, Any]:
    prompt = draw(st.sampled_from([f"Question {n}" for n in range(60)] + [HELD]))
    size = draw(st.integers(1, 4))
    texts = draw(st.lists(st.sampled_from(["a", "b", "c", HELD]), min_size=size, max_size=size))
    ranking = draw(st.none() | st.lists(st.integers(1, 3), min_size=size, max_size=size))
    row = record(f"{week}-{place}", prompt, texts, ranking, draw(st.sampled_from(["i1", "i2", f"{place}"])))
    for response in row["responses"]:
        response["checkpoint_id"] = draw(st.sampled_from([None, "m1", "m2"]))
        if draw(st.integers(0, 9)) == 0:
            response["content"] = None
    return row | {
        "domain": draw(st.sampled_from([None, "code", "law", "art"])),
        "ratings": None if ranking is None else [10.0 - 2 * rank for rank in ranking],
        "strength": draw(st.none() | st.sampled_from([0.25, 1.0])),
    }


SHARES = st.sampled_from([(), (("code", 1.0),), (("code", 0.5), ("law", 0.2)), (("art", 0.0), ("law", 1.0))])
SCOPES = st.builds(
    Scope,
    window_weeks=st.none() | st.integers(1, 5),
    half_life_weeks=st.none() | st.floats(0.5, 20),
    domain_mix=SHARES,
    vendor_factors=st.sampled_from([(), (("north", 0.0),), (("south", 2.0),)]),
    domain_factors=st.sampled_from([(), (("law", 0.0),)]),
    week_factors=st.sampled_from([(), (WeekFactor("of-south", 3, 0.0),)]),
    holdout_prompts=st.integers(1, 4),
)


def dropped(summary: BatchSummary) -> int:
    counts: list[int] = [getattr(summary, f"dropped_{fate}") for fate in FATES]
    return sum(counts) + sum(one.pairs for one in summary.in_evaluation_sets) + summary.pairs_not_drawn


@settings(max_examples=25, deadline=None)
@given(
    st.lists(batches(), max_size=4, unique_by=lambda one: (one.contract_id, one.week)),
    SCOPES,
    st.sampled_from([(), (SET,)]),
)
def test_what_came_in_is_used_or_dropped_for_one_reason(
    given_batches: list[BatchData], scope: Scope, sets: tuple[ReadSet, ...]
) -> None:
    snapshot = build_snapshot(given_batches, scope, sets)
    manifest, pairs = snapshot.manifest, snapshot.pairs.to_pylist()
    came = {(one.contract_id, one.week): one for one in given_batches}
    assert {(one.contract_id, one.week) for one in manifest.batches} == came.keys()
    for summary in manifest.batches:
        data = came[summary.contract_id, summary.week]
        assert summary.pairs == comparisons(data.records, data.aggregation).height
        assert summary.pairs == summary.pairs_used + dropped(summary)
        assert summary.pairs_used == summary.train_pairs + summary.anchor_pairs + summary.holdout_pairs
        own = [
            row for row in pairs if (row["contract_id"], row["week"]) == (summary.contract_id, summary.week)
        ]
        assert summary.pairs_used == len(own)
        assert summary.train_pairs == sum(row["split"] == "train" for row in own)
        assert sum(one.sides for one in summary.checkpoints) == 2 * summary.pairs_used
        assert summary.on_policy_pairs == sum(row["on_policy"] is True for row in own)
        assert summary.off_policy_pairs == sum(row["on_policy"] is False for row in own)
    assert sum(one.pairs_used for one in manifest.batches) == len(pairs)
    assert sum(one.train_pairs for one in manifest.batches) == manifest.train_pairs
    assert manifest.train_pairs + manifest.holdout_pairs == len(pairs)
    assert sum(one.anchor_pairs for one in manifest.batches) == manifest.anchor_pairs
    assert all(row["weight"] > 0 for row in pairs)
    train = [row["weight"] for row in pairs if row["split"] == "train"]
    assert manifest.train_weight == pytest.approx(sum(train))


@settings(max_examples=10, deadline=None)
@given(
    st.lists(batches(), max_size=3, unique_by=lambda one: (one.contract_id, one.week)),
    SCOPES,
    st.randoms(use_true_random=False),
)
def test_the_same_batches_give_the_same_bytes_in_any_order(
    given_batches: list[BatchData], scope: Scope, random: Any
) -> None:
    snapshot = build_snapshot(given_batches, scope, [SET])
    random.shuffle(given_batches)
    again = build_snapshot(given_batches, scope, [SET])
    assert (snapshot.digest, snapshot.to_parquet()) == (again.digest, again.to_parquet())


@settings(max_examples=10, deadline=None)
@given(st.lists(batches(), min_size=1, max_size=3, unique_by=lambda one: (one.contract_id, one.week)), SCOPES)
def test_no_scope_changes_what_a_model_is_judged_on(given_batches: list[BatchData], scope: Scope) -> None:
    scope = replace(scope, holdout_prompts=Scope().holdout_prompts)

    def held_out(scope: Scope) -> list[dict[str, Any]]:
        return [
            row for row in build_snapshot(given_batches, scope).pairs.to_pylist() if row["split"] == "holdout"
        ]

    assert held_out(scope) == held_out(Scope())
