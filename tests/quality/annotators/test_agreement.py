"""Coefficients of real sets through their contracts, pairs of annotators, and sides that must not matter."""

import numpy as np
import pyarrow as pa
import pytest
from sklearn.metrics import cohen_kappa_score
from statsmodels.stats.inter_rater import fleiss_kappa

from contracts.model import Contract
from quality.annotators.cohen import kappa, pairwise
from quality.annotators.labels import coded, labels_of
from quality.annotators.reliability import FIGURES, reliability
from quality.gates.batch.coefficients import Units, agreement, agreement_interval
from rampart.records.canonical import RECORD
from tests.delivery.published import delivered, terms


def figures(records: pa.Table, contract: Contract) -> dict[str, float | None]:
    return {verdict.spec.metric: verdict.observed for verdict in reliability(records, contract)}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("llmfao", {"alpha_nominal": 0.2906, "alpha_interval": 0.2878}),
        ("pandalm", {"fleiss_kappa": 0.8642}),
        ("crowd-bluebird", {"alpha_nominal": 0.1255}),
        ("crowd-rte", {"alpha_nominal": 0.2415}),
    ],
)
def test_real_sets_agree_as_they_were_measured(name: str, expected: dict[str, float]) -> None:
    found = figures(delivered(name).records, terms(name))
    assert {metric: round(found[metric] or 0, 4) for metric in expected} == expected


def test_every_interval_holds_its_coefficient() -> None:
    for verdict in reliability(delivered("llmfao").records, terms("llmfao")):
        assert verdict.status == "pass"
        assert verdict.low is not None
        assert verdict.observed is not None
        assert verdict.high is not None
        assert verdict.low < verdict.observed < verdict.high


def test_three_experts_agree_pair_by_pair_as_they_were_measured() -> None:
    labels = labels_of(delivered("pandalm").records, terms("pandalm").annotation.scheme)
    assert labels is not None
    found = pairwise(labels)
    assert sorted(round(each, 3) for each in found["kappa"]) == [0.852, 0.862, 0.879]
    assert (found["low"] < found["kappa"]).all()
    assert (found["kappa"] < found["high"]).all()


def swapped(records: pa.Table, rows: np.ndarray, *, ids_stay: bool) -> pa.Table:
    """The records with the two responses of some rows on each other's side, and the ranking with them."""
    changed = []
    for row, turn in zip(records.to_pylist(), rows, strict=True):
        if turn:
            one, other = row["responses"]
            if ids_stay:  # as in files that give no ids: an id is a place on screen
                one, other = ({**one, "response_id": "1"}, {**other, "response_id": "0"})
            row["responses"], row["ranking"] = [other, one], row["ranking"][::-1]
        changed.append(row)
    return pa.Table.from_pylist(changed, schema=RECORD)


@pytest.mark.parametrize("name", ["llmfao", "pandalm"])
def test_texts_swapped_between_annotators_sides_change_no_agreement(name: str) -> None:
    records, rng = delivered(name).records, np.random.default_rng(1)
    before = figures(records, terms(name))
    after = figures(swapped(records, rng.random(records.num_rows) < 0.5, ids_stay=False), terms(name))
    assert after == pytest.approx(before, abs=1e-12)


def test_texts_swapped_without_ids_change_it_at_most_by_what_a_name_does() -> None:
    records, rng = delivered("pandalm").records, np.random.default_rng(2)
    before = figures(records, terms("pandalm"))
    anyhow = figures(swapped(records, rng.random(records.num_rows) < 0.5, ids_stay=True), terms("pandalm"))
    assert anyhow == pytest.approx(before, abs=2e-3)
    # One of the three sees everything the other way round: two of three still say which is the first.
    who = np.array(records["annotator_id"].to_pylist())
    third = figures(swapped(records, who == who[0], ids_stay=True), terms("pandalm"))
    same_text = np.array(
        [len({one["sha256"] for one in row}) == 1 for row in records["responses"].to_pylist()]
    )
    # Of two equal texts without ids nothing tells which won, so they are left as they were.
    told = figures(swapped(records, (who == who[0]) & ~same_text, ids_stay=True), terms("pandalm"))
    assert told == pytest.approx(before, abs=1e-12)
    assert third == pytest.approx(before, abs=0.01)


def test_the_side_itself_would_have_said_otherwise() -> None:
    """The trap is one: of .86 only what people agree on in ties is left where half the sides are swapped."""
    records, rng = delivered("pandalm").records, np.random.default_rng(3)
    turned = swapped(records, rng.random(records.num_rows) < 0.5, ids_stay=False)
    sides = [f"{ranks[0]},{ranks[1]}" for ranks in turned["ranking"].to_pylist()]
    said = coded(turned["item_id"].to_pylist(), turned["annotator_id"].to_pylist(), sides)
    assert agreement(said.units, "krippendorff_alpha", "nominal") < 0.25


@pytest.mark.parametrize("seed", range(3))
def test_fleiss_kappa_is_statsmodels(seed: int) -> None:
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 4, 50)
    judged = np.where(rng.random((5, 50)) < 0.6, truth, rng.integers(0, 4, (5, 50)))
    counts = np.array([np.bincount(column, minlength=4) for column in judged.T], dtype=float)
    units = Units(counts, np.arange(4.0), np.arange(50))
    assert agreement(units, "fleiss_kappa", "nominal") == pytest.approx(fleiss_kappa(counts))


@pytest.mark.parametrize("seed", range(3))
def test_cohens_kappa_is_scikit_learns(seed: int) -> None:
    rng = np.random.default_rng(seed)
    one = rng.integers(0, 3, 200)
    other = np.where(rng.random(200) < 0.7, one, rng.integers(0, 3, 200))
    items = np.tile(np.arange(200), 2)
    found = pairwise(coded(items, ["a"] * 200 + ["b"] * 200, [*one, *other]))
    assert found["kappa"].to_list() == pytest.approx([cohen_kappa_score(one, other)])
    assert found["n"].to_list() == [200]


def test_the_interval_of_kappa_covers_the_truth_as_often_as_it_says() -> None:
    rng, held = np.random.default_rng(4), 0
    joint = np.array([[0.4, 0.1], [0.15, 0.35]])
    truth = float(kappa(joint.ravel(), np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1]))[0])
    for _ in range(200):
        cells = rng.choice(4, 150, p=joint.ravel())
        items = np.tile(np.arange(150), 2)
        said = coded(items, ["a"] * 150 + ["b"] * 150, [*(cells // 2), *(cells % 2)])
        row = pairwise(said).row(0, named=True)
        held += row["low"] <= truth <= row["high"]
    assert 0.90 <= held / 200 <= 0.99


def test_the_interval_of_alpha_covers_the_truth_as_often_as_it_says() -> None:
    rng, held = np.random.default_rng(5), 0
    for _ in range(200):
        truth = np.repeat(rng.integers(0, 2, 150), 3)
        said = np.where(rng.random(450) < 0.85, truth, 1 - truth).reshape(150, 3)
        counts = np.column_stack([3 - said.sum(axis=1), said.sum(axis=1)]).astype(float)
        low, high = agreement_interval(
            Units(counts, np.arange(2.0), np.arange(150)), "krippendorff_alpha", "nominal"
        )
        held += low <= (2 * 0.85 - 1) ** 2 <= high
    assert 0.90 <= held / 200 <= 0.99


def test_what_agreement_cannot_be_computed_of_names_the_field() -> None:
    records = delivered("crowd-rte").records
    nobody = pa.nulls(records.num_rows, pa.string())
    unnamed = records.set_column(records.column_names.index("annotator_id"), "annotator_id", nobody)
    verdicts = reliability(unnamed, terms("crowd-rte"))
    assert {verdict.spec.metric for verdict in verdicts} == set(FIGURES)
    assert all(verdict.status == "not_testable" and "annotator_id" in verdict.reason for verdict in verdicts)
    ordered = {verdict.spec.metric: verdict for verdict in reliability(records, terms("crowd-rte"))}
    assert "no order" in ordered["alpha_ordinal"].reason
