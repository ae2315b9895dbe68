from typing import Any

import pyarrow as pa
import pytest

from quality.audits.every import Batch
from quality.audits.features.catalogue import ALL, BY_NAME
from quality.audits.features.length import LENGTH
from quality.mitigation.audited import kish
from quality.mitigation.every import offers
from quality.mitigation.offer import Offer
from rampart.records.canonical import RECORD
from tests.quality.mitigation.planted import CONTRACT, Planted
from tests.retrain.planted import record

NAMES = (
    "propensity_weights",
    "balanced_subset",
    "soft_labels",
    "dawid_skene_labels",
    "relabel_queue",
    "counterfactual_requests",
)


@pytest.fixture(scope="module")
def made(swayed: Planted) -> dict[str, Offer]:
    return {offer.name: offer for offer in offers(swayed.batch, LENGTH)}


def batch(rows: list[dict[str, Any]]) -> Batch:
    return Batch(pa.Table.from_pylist(rows, schema=RECORD), CONTRACT)


def row(number: int, annotator: str | None = None, **given: Any) -> dict[str, Any]:
    texts = ["short", "a longer answer " + "x" * (number % 7)]
    return record(f"r{number}", f"question {number}", texts, [1 + number % 2, 2 - number % 2]) | {
        "annotator_id": annotator,
        **given,
    }


def test_every_mitigation_is_offered_side_by_side(made: dict[str, Offer]) -> None:
    assert tuple(made) == NAMES
    assert not any(offer.missing for offer in made.values())
    assert len({id(offer.before) for offer in made.values()}) == 1


def test_weights_and_subset_undo_the_lean_that_soft_labels_keep(made: dict[str, Offer]) -> None:
    for name in ("propensity_weights", "balanced_subset"):
        before, after = made[name].before, made[name].after
        assert after is not None
        assert after.low is not None
        assert after.high is not None
        assert after.low < 0.5 < after.high
        assert before.effect.beta is not None
        assert after.effect.beta is not None
        assert abs(after.effect.beta) < before.effect.beta / 2
    soft = made["soft_labels"].after
    assert soft is not None
    assert soft.low is not None
    assert soft.low > 0.6


def test_an_offer_says_whom_it_touches_and_what_is_left(made: dict[str, Offer], swayed: Planted) -> None:
    frame = swayed.batch.frame
    for offer in made.values():
        if offer.training is not None:
            weight = offer.training.weight
            changed = (weight != 1) | (offer.training.target != frame["outcome"].to_numpy())
            assert offer.touched.comparisons == pytest.approx(changed.sum(), abs=2)
            assert offer.effective_n == pytest.approx(kish(weight))
            assert 0 < offer.touched.annotators <= 40
    subset = made["balanced_subset"]
    assert subset.effective_n == frame.height - subset.touched.comparisons


def test_what_waits_for_people_changes_nothing_yet(made: dict[str, Offer], swayed: Planted) -> None:
    for name in ("relabel_queue", "counterfactual_requests"):
        offer = made[name]
        assert (offer.after, offer.training) == (None, None)
        assert offer.table is not None
        assert offer.effective_n == swayed.batch.frame.height
    queue = made["relabel_queue"]
    assert queue.table is not None
    assert queue.touched.prompts == queue.table.height


def test_the_same_seed_gives_the_same_offers(made: dict[str, Offer], swayed: Planted) -> None:
    again = {offer.name: offer for offer in offers(swayed.batch, LENGTH)}
    assert again["balanced_subset"].does == made["balanced_subset"].does
    assert again["balanced_subset"].after == made["balanced_subset"].after
    one, other = again["counterfactual_requests"].table, made["counterfactual_requests"].table
    assert one is not None
    assert other is not None
    assert one.equals(other)


@pytest.mark.parametrize("feature", [one.name for one in ALL])
def test_every_feature_of_the_catalogue_can_be_asked_about(feature: str, swayed: Planted) -> None:
    few = Batch(swayed.batch.records.slice(0, 300), CONTRACT)
    for offer in offers(few, BY_NAME[feature]):
        assert offer.missing or offer.does
        assert offer.feature == feature


@pytest.mark.parametrize(
    ("rows", "missing", "named"),
    [
        ([], NAMES, "ranking"),
        ([row(i) | {"ranking": None} for i in range(20)], NAMES, "ranking"),
        ([row(i) for i in range(20)], NAMES[2:4], "annotator_id"),
        ([row(i, f"a{i % 3}") for i in range(20)], NAMES[2:4], "item_id"),
    ],
    ids=["nothing", "no ranking", "nobody named", "no overlap"],
)
def test_what_cannot_be_offered_names_the_field(
    rows: list[dict[str, Any]], missing: tuple[str, ...], named: str
) -> None:
    for offer in offers(batch(rows), LENGTH):
        assert bool(offer.missing) == (offer.name in missing)
        assert not offer.missing or named in offer.missing


def test_responses_of_one_length_have_no_lean_to_lessen() -> None:
    rows = [record(f"r{i}", f"q{i}", ["one", "two"], [1, 2]) | {"annotator_id": "a"} for i in range(20)]
    found = {offer.name: offer for offer in offers(batch(rows), LENGTH)}
    assert found["propensity_weights"].missing == "No strict comparison has sides that differ in length."
    assert found["relabel_queue"].table is not None


def test_of_a_ranking_of_four_only_the_pairs_asked_about_are_counted() -> None:
    texts = ["a", "bb" * 5, "ccc" * 9, "dddd" * 12]
    rows = [record(f"r{i}", f"q{i}", texts, [1, 2, 3, 4] if i % 2 else [4, 3, 2, 1]) for i in range(60)]
    few = offers(batch(rows), LENGTH)
    requests = next(offer for offer in few if offer.name == "counterfactual_requests")
    assert requests.table is not None
    assert requests.comparisons == 360
    assert requests.touched.comparisons == requests.table.height == 197
    assert (requests.table["position"] > requests.table["against"]).all()  # the later ones are longer
    subset = next(offer for offer in few if offer.name == "balanced_subset")
    assert subset.after is not None
    assert subset.after.win_rate == pytest.approx(0.5, abs=0.01)
