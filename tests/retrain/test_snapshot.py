from collections import Counter, defaultdict
from dataclasses import replace

import polars as pl
import pytest

from contracts.terms.annotation import Rating
from rampart.records.prompt_key import prompt_keys
from rampart.retrain.digests import canonical_json
from rampart.retrain.snapshot import (
    build_snapshot,
    is_anchor,
    pairs_from_parquet,
    split_expr,
    split_of,
)
from tests.retrain.planted import batch, planted_rows, record


def test_a_known_prompt_key_is_on_its_known_side_for_ever() -> None:
    assert split_of("00000013" + "f" * 56) == "holdout"  # 19
    assert split_of("00000014" + "0" * 56) == "train"  # 20
    assert split_of("00000063" + "0" * 56) == "train"  # 99
    assert split_of("00000064" + "0" * 56) == "holdout"  # 100
    key = prompt_keys(pl.Series("prompt", [[{"role": "user", "content": "What is  a Rampart?"}]]))[0]
    assert key == "b981de24611b6866e280ad01a5e91df8fcc53d53cc920a249a329897ef6263bb"
    assert split_of(key) == "train"


def test_a_prompt_keeps_its_side_across_weeks_contracts_and_spellings() -> None:
    weeks = [
        batch(
            [record(f"{w}-{i}", f"Question {i}" + " " * w, [f"a{w}", "b"], [1, 2]) for i in range(60)],
            contract_id=f"vendor-{w}",
            week=w,
        )
        for w in (1, 2, 3)
    ]
    sides = defaultdict(set)
    for row in build_snapshot(weeks).pairs.to_pylist():
        sides[row["prompt_key"]].add(row["split"])
    assert len(sides) == 60
    assert all(len(found) == 1 for found in sides.values())


def test_about_a_fifth_of_the_prompts_is_held_out() -> None:
    manifest = build_snapshot([batch(planted_rows(2_000, seed=1))]).manifest
    assert manifest.train_pairs + manifest.holdout_pairs == 2_000
    assert 340 < manifest.holdout_pairs < 460


def test_the_target_says_how_likely_the_first_response_is_better() -> None:
    rows = [record("x", "p1", ["a", "b"], [1, 2]), record("y", "p2", ["c", "d"], [2, 1])]
    rows.append(record("z", "p3", ["e", "f"], [1, 1]))
    pairs = build_snapshot([batch(rows)]).pairs.to_pylist()
    assert {(p["first"], p["target"]) for p in pairs} == {("a", 1.0), ("c", 0.0), ("e", 0.5)}


def test_a_ranking_of_four_gives_six_pairs_that_weigh_one_together() -> None:
    pairs = build_snapshot([batch([record("x", "p", ["a", "b", "c", "d"], [2, 1, 3, 2])])]).pairs
    assert pairs.num_rows == 6
    assert sum(pairs["weight"].to_pylist()) == pytest.approx(1)


def test_the_manifest_accounts_for_every_record_and_pair() -> None:
    rows = [
        record("strict", "p1", ["a", "b"], [1, 2]),
        record("tie", "p2", ["a", "b"], [1, 1]),
        record("same", "p3", ["a", "a"], [1, 2]),
        record("thumb", "p4", ["a"], None),
        record("alone", "p5", ["a"], [1]),
        record("empty", "p6", ["a", "b"], [2, 1]),
    ]
    rows[-1]["responses"][1]["content"] = None
    summary = build_snapshot([batch(rows)]).manifest.batches[0]
    assert (summary.records, summary.records_without_ranking, summary.records_of_one_response) == (6, 1, 1)
    assert (summary.pairs, summary.dropped_identical_texts, summary.dropped_missing_text) == (4, 1, 1)
    assert (summary.pairs_used, summary.ties_used) == (2, 1)


def test_the_pairs_of_one_judgement_can_be_kept_together() -> None:
    rows = [record(name, "p", list("abcd"), [1, 2, 3, 4]) for name in ("x", "y")]
    pairs = build_snapshot([batch(rows)]).pairs
    assert Counter(pairs["group"].to_pylist()) == {"x": 6, "y": 6}


def test_training_takes_the_pairs_the_scheme_says_and_the_manifest_counts_the_rest() -> None:
    rating = Rating(kind="rating", low=1, high=10)
    rows = [record(f"{i}", f"p{i}", list("abcd"), [1, 2, 3, 4]) for i in range(5)]
    for row in rows:
        row["ratings"] = [9.0, 7.0, 5.0, 3.0]
    rows[0] |= {"ranking": [1, 1, 1, 1], "ratings": [5.0, 5.0, 5.0, 5.5]}  # nothing far enough apart
    rows[1]["responses"] = [{**rows[1]["responses"][0], "content": None}, *rows[1]["responses"][1:]]
    rows[2]["responses"] = [{**one, "content": "a"} for one in rows[2]["responses"]]
    snapshot = build_snapshot([batch(rows, scheme=rating)])
    summary = snapshot.manifest.batches[0]
    assert (summary.pairs, summary.pairs_not_drawn, summary.pairs_used) == (30, 26, 2)
    assert (summary.dropped_missing_text, summary.dropped_identical_texts) == (1, 1)
    assert snapshot.pairs["first"].to_pylist() == ["a", "a"]
    assert snapshot.pairs["weight"].to_pylist() == [1.0, 1.0]
    everything = build_snapshot([batch(rows, scheme=rating.model_copy(update={"pairs": "all"}))])
    assert everything.manifest.batches[0].pairs_not_drawn == 6
    assert everything.digest != snapshot.digest


def test_majority_joins_the_judgements_of_an_item() -> None:
    rows = [record(f"{i}", "p", ["a", "b"], r, "item") for i, r in enumerate(([1, 2], [1, 2], [2, 1]))]
    assert build_snapshot([batch(rows)]).pairs.num_rows == 3
    assert build_snapshot([batch(rows, majority=True)]).pairs["target"].to_pylist() == [1.0]


def test_a_conversation_is_kept_whole_with_its_roles() -> None:
    turns = [("system", "Be kind."), ("user", "Hi"), ("assistant", "Hello"), ("user", "Why?")]
    pairs = build_snapshot([batch([record("x", turns, ["a", "b"], [1, 2])])]).pairs
    assert pairs["prompt"][0].as_py() == "system: Be kind.\n\nuser: Hi\n\nassistant: Hello\n\nuser: Why?"


def test_the_order_of_batches_and_rows_makes_no_difference() -> None:
    one, two = planted_rows(50, seed=1), planted_rows(50, seed=2)
    straight = build_snapshot([batch(one, week=1), batch(two, week=2)])
    mixed = build_snapshot([batch(two[::-1], week=2), batch(one[::-1], week=1)])
    assert straight.digest == mixed.digest
    assert straight.to_parquet() == mixed.to_parquet()


@pytest.mark.parametrize("change", ["revision", "contract_id", "week", "label"])
def test_another_batch_is_another_digest(change: str) -> None:
    rows = planted_rows(5, seed=1)
    before = build_snapshot([batch(rows)]).digest
    if change == "label":
        rows[0]["ranking"] = rows[0]["ranking"][::-1]
        other = batch(rows)
    else:
        other = batch(rows, **{change: {"revision": 2, "contract_id": "other", "week": 2}[change]})  # type: ignore[arg-type]
    assert build_snapshot([other]).digest != before


def test_a_week_given_in_two_revisions_is_refused() -> None:
    rows = planted_rows(2, seed=1)
    with pytest.raises(ValueError, match=r"contract 'acme' week 1 is given twice .*only the one in force"):
        build_snapshot([batch(rows, revision=1), batch(rows, revision=2)])


def test_parquet_returns_the_same_pairs() -> None:
    snapshot = build_snapshot([batch(planted_rows(20, seed=3))])
    assert pairs_from_parquet(snapshot.to_parquet()).equals(snapshot.pairs)


@pytest.mark.parametrize("batches", [[], [batch([])]])
def test_nothing_in_gives_an_empty_snapshot_with_a_manifest(batches: list) -> None:  # type: ignore[type-arg]
    snapshot = build_snapshot(batches)
    assert snapshot.pairs.num_rows == 0
    assert snapshot.manifest.train_strict_pairs == 0
    assert canonical_json(snapshot.manifest)


def test_rows_stay_with_their_week_and_contract() -> None:
    both = [batch(planted_rows(3, seed=1), week=1), batch(planted_rows(4, seed=2), contract_id="b", week=7)]
    pairs = build_snapshot(both).pairs
    found = Counter(zip(pairs["contract_id"].to_pylist(), pairs["week"].to_pylist(), strict=True))
    assert found == {("acme", 1): 3, ("b", 7): 4}


def test_a_batch_no_model_may_be_evaluated_on_loses_its_held_out_pairs_and_gives_them_to_nobody() -> None:
    rows = planted_rows(200, seed=3)
    whole, kept = build_snapshot([batch(rows)]), build_snapshot([replace(batch(rows), evaluate=False)])
    (summary,) = kept.manifest.batches
    assert kept.manifest.holdout_pairs == 0
    assert summary.dropped_not_evaluated == whole.manifest.holdout_pairs > 0
    assert kept.manifest.train_pairs == whole.manifest.train_pairs
    assert summary.pairs == summary.pairs_used + summary.dropped_not_evaluated


def test_a_pair_says_who_sold_it_and_what_it_is_about() -> None:
    row = record("x", "p", ["a", "b", "c"], [1, 2, 3]) | {"domain": "law", "language": "de", "strength": 0.75}
    pairs = build_snapshot([batch([row, record("y", "q", ["a", "b"], [1, 2])], vendor="north")]).pairs
    told = pairs.select(["group", "vendor", "domain", "language", "strength", "group_size", "annotators"])
    assert {tuple(row.values()) for row in told.to_pylist()} == {
        ("x", "north", "law", "de", 0.75, 3, 1),
        ("y", "north", None, None, None, 2, 1),
    }


def test_a_pair_says_how_many_judged_it_and_how_far_they_agreed() -> None:
    rows = [record(f"{i}", "p", ["a", "b"], r, "item") for i, r in enumerate(([1, 2], [1, 2], [2, 1]))]
    for majority in (False, True):
        pairs = build_snapshot([batch(rows, majority=majority)]).pairs
        assert set(pairs["annotators"].to_pylist()) == {3}
        assert set(pairs["agreement"].to_pylist()) == {2 / 3}


@pytest.mark.parametrize(
    ("named", "claimed", "on_policy"),
    [
        ((), ("m1", "m1"), None),
        (("m1", "m2"), ("m1", "m2"), True),
        (("m1",), ("m1", "m2"), False),
        (("m1",), ("m1", None), False),
    ],
)
def test_a_pair_is_on_policy_where_both_responses_are_of_the_weeks_checkpoints(
    named: tuple[str, ...], claimed: tuple[str | None, str | None], on_policy: bool | None
) -> None:
    row = record("x", "p", ["a", "b"], [1, 2])
    for response, checkpoint in zip(row["responses"], claimed, strict=True):
        response["checkpoint_id"] = checkpoint
    pairs = build_snapshot([batch([row], checkpoints=named)]).pairs
    assert pairs["on_policy"].to_pylist() == [on_policy]


def test_the_anchor_is_a_quarter_of_the_held_out_prompts_and_the_same_ones_for_ever() -> None:
    rows = [record(f"{i}", f"Question {i}", ["a", "b"], [1, 2]) for i in range(2_000)]
    sides = [
        {row["prompt_key"]: (row["split"], row["anchor"]) for row in build_snapshot([one]).pairs.to_pylist()}
        for one in (batch(rows), batch(rows[::2], contract_id="other", week=9, revision=3))
    ]
    assert sides[1].items() <= sides[0].items()
    assert {side for side in sides[0].values() if side[1]} == {("holdout", True)}
    assert 70 < sum(anchor for _, anchor in sides[0].values()) < 130
    assert all(is_anchor(key) == anchor for key, (_, anchor) in sides[0].items())


@pytest.mark.parametrize(
    ("draw", "split", "anchor"), [(4, "holdout", True), (5, "holdout", False), (20, "train", False)]
)
def test_the_same_number_settles_split_and_anchor(draw: int, split: str, anchor: bool) -> None:
    key = f"{draw:08x}" + "0" * 56
    frame = pl.DataFrame({"prompt_key": [key]}).select(split=split_expr(pl.col("prompt_key")))
    assert (split_of(key), is_anchor(key)) == (split, anchor)
    assert frame["split"].to_list() == [split]
