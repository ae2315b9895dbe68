"""An audit sample looks harder where the risk is, and every record's chance stays known."""

import numpy as np
import polars as pl
import pytest

from quality.sampling.draw import draw, simple_random, stratified

ANNOTATORS = pl.DataFrame(
    {
        "annotator_id": [f"a{at}" for at in range(9)],
        "readable": [200] * 9,
        "discarded": [2, 4, 6, 20, 22, 24, 80, 90, 100],
    }
)
RECORDS = pl.DataFrame(
    {
        "record_id": [f"r{at:04d}" for at in range(900)],
        "annotator_id": [f"a{at % 9}" for at in range(900)],
        "flags": [["refusal"] if at % 10 == 0 else [] for at in range(900)],
    }
)


def test_strata_are_bands_of_annotators_discards_and_whether_a_gate_flagged() -> None:
    found = stratified(RECORDS, ANNOTATORS)
    assert found["record_id"].equals(RECORDS["record_id"])
    names = {(row["annotator_id"], row["stratum"]) for row in found.iter_rows(named=True)}
    assert {
        ("a0", "plain, low"),
        ("a4", "plain, middle"),
        ("a8", "plain, high"),
        ("a8", "flagged, high"),
    } < names
    assert found["stratum"].n_unique() == 6
    risk = dict(zip(found["stratum"], found["risk"], strict=True))
    assert risk["flagged, high"] > risk["plain, high"] > risk["plain, low"]


def test_a_newcomer_with_two_records_is_not_yet_among_the_worst() -> None:
    crowd = pl.concat(
        [ANNOTATORS, pl.DataFrame({"annotator_id": ["new"], "readable": [2], "discarded": [1]})]
    )
    work = pl.concat(
        [RECORDS, pl.DataFrame({"record_id": ["n1"], "annotator_id": ["new"], "flags": [["x"]]})]
    )
    assert stratified(work, crowd).filter(annotator_id="new")["stratum"].item() == "flagged, middle"


def test_records_without_an_annotator_are_a_stratum_of_their_own() -> None:
    anonymous = RECORDS.with_columns(annotator_id=pl.lit(None, dtype=pl.String))
    assert set(stratified(anonymous, ANNOTATORS)["stratum"]) == {"plain, unknown", "flagged, unknown"}


def test_risky_strata_are_looked_at_harder_and_the_weights_make_up_for_it() -> None:
    sample = draw(stratified(RECORDS, ANNOTATORS), 120, seed=1)
    assert sample.rows.height == 120 == sum(one.drawn for one in sample.strata)
    weights = {one.name: one.weight for one in sample.strata}
    assert weights["flagged, high"] < weights["plain, high"] < weights["plain, low"]
    assert sample.rows["weight"].sum() == pytest.approx(900)
    assert all(one.drawn >= 2 for one in sample.strata)


def test_every_record_s_chance_is_one_over_its_weight() -> None:
    rows = stratified(RECORDS, ANNOTATORS)
    drawn = np.zeros(900)
    for seed in range(400):
        sample = draw(rows, 90, seed)
        drawn[[int(name[1:]) for name in sample.rows["record_id"]]] += 1
    weight = {one.name: one.weight for one in sample.strata}
    chances = np.array([1 / weight[name] for name in rows["stratum"]])
    z = (drawn - 400 * chances) / np.sqrt(400 * chances * (1 - chances))
    assert abs(z).max() < 4.5
    assert z.std() == pytest.approx(1.0, abs=0.15)


def test_annotators_of_a_stratum_are_seen_in_proportion() -> None:
    sample = draw(stratified(RECORDS, ANNOTATORS), 180, seed=2)
    plain = sample.rows.filter(stratum="plain, middle")
    counts = plain.group_by("annotator_id").len()["len"].to_list()
    assert len(counts) == 3 and max(counts) - min(counts) <= 1


def test_the_same_records_and_seed_give_the_same_sample_in_any_order() -> None:
    rows = stratified(RECORDS, ANNOTATORS)
    first, second = draw(rows, 60, 3), draw(rows.reverse(), 60, 3)
    assert first.rows.equals(second.rows)
    assert not first.rows.equals(draw(rows, 60, 4).rows)


def test_asking_for_more_than_there_is_gives_all_of_it() -> None:
    sample = draw(stratified(RECORDS, ANNOTATORS), 5000, seed=5)
    assert sorted(sample.rows["record_id"]) == RECORDS["record_id"].to_list()
    assert {one.weight for one in sample.strata} == {1.0}


def test_fewer_than_two_a_stratum_are_refused() -> None:
    with pytest.raises(ValueError, match="at least 2 a stratum"):
        draw(stratified(RECORDS, ANNOTATORS), 11, seed=6)


def test_a_simple_random_sample_draws_every_record_alike() -> None:
    drawn = np.zeros(900)
    for seed in range(400):
        sample = simple_random(RECORDS.sample(fraction=1.0, shuffle=True, seed=seed), 90, seed)
        drawn[[int(name[1:]) for name in sample.rows["record_id"]]] += 1
    z = (drawn - 40) / np.sqrt(400 * 0.1 * 0.9)
    assert abs(z).max() < 4.5 and z.std() == pytest.approx(1.0, abs=0.15)
    assert sample.rows["weight"].unique().to_list() == [10.0]


@pytest.mark.parametrize("n", [0, 901])
def test_a_simple_random_sample_has_at_least_one_record_and_at_most_all(n: int) -> None:
    with pytest.raises(ValueError, match="1 to all of them"):
        simple_random(RECORDS, n, seed=0)
