"""Dawid & Skene's model is what an independent implementation fits, and finds planted error rates."""

import numpy as np
import pytest

from quality.annotators.consensus import consensus
from quality.annotators.dawid_skene import dawid_skene
from quality.annotators.labels import Labels, coded, labels_of
from tests.delivery.published import delivered, terms

# crowd-kit 1.4.2 at convergence, in an environment of its own, the first of a worker's labels of a task: what
# `DawidSkene(n_iter=2000, tol=-1e9).fit(labels)` gives as `probas_`, summed, and squared and summed, and the
# share of `labels_` that are the truth.
CROWD_KIT = {
    "crowd-bluebird": ({"bird-1": 47.08031613, "bird-0": 60.91968387}, 107.49377813, 97 / 108),
    "crowd-rte": ({"entailed": 385.75934315, "not-entailed": 414.24065691}, 789.98288607, 0.9275),
    "crowd-timing": (
        {
            "negative": 58.00000002,
            "neutral": 70.00000318,
            "positive": 72.00000002,
            "not-weather": 83.00000002,
            "cannot-tell": 16.99999687,
        },
        299.99999219,
        251 / 300,
    ),
}


def labels(name: str) -> Labels:
    found = labels_of(delivered(name).records, terms(name).annotation.scheme)
    assert found is not None
    return found


@pytest.mark.parametrize("name", CROWD_KIT)
def test_without_smoothing_it_is_crowd_kits(name: str) -> None:
    sums, squares, accuracy = CROWD_KIT[name]
    said = labels(name)
    fitted = dawid_skene(said, smoothing=0.0, most_steps=5000, tolerance=1e-14)
    found = dict(zip(said.value_names, fitted.posterior.sum(axis=0), strict=True))
    assert found == pytest.approx(sums, abs=1e-5)
    assert (fitted.posterior**2).sum() == pytest.approx(squares, abs=1e-5)
    right = fitted.posterior.argmax(axis=1) == said.truth
    assert right.mean() == pytest.approx(accuracy)


def test_one_annotators_confusion_is_crowd_kits() -> None:
    # crowd-kit, as above: fitted.errors_.loc["w0000"], rows are labels and columns classes.
    published = {
        ("negative", "negative"): 0.837838,
        ("not-weather", "negative"): 0.081081,
        ("positive", "positive"): 0.86,
        ("not-weather", "not-weather"): 0.962264,
        ("cannot-tell", "cannot-tell"): 0.3,
    }
    said = labels("crowd-timing")
    fitted = dawid_skene(said, smoothing=0.0, most_steps=5000, tolerance=1e-14)
    # Pseudonyms hide who w0000 was: the one who labelled most of the items it did has the same table.
    place = {name: code for code, name in enumerate(said.value_names)}
    want = np.array(list(published.values()))
    cells = [(place[label], place[truth]) for label, truth in published]
    tables = np.array([[table[cell] for cell in cells] for table in fitted.confusion])
    assert np.abs(tables - want).max(axis=1).min() < 1e-5


@pytest.mark.parametrize(
    ("name", "majority", "low", "high", "gains"),
    [
        ("crowd-bluebird", 0.7593, 0.889, 0.898, "better by 13.9%"),
        ("crowd-rte", 0.8969, 0.9275, 0.9275, "better by 3.1%"),
        ("crowd-timing", 0.8533, 0.837, 0.840, "worse by 1.3%"),
    ],
)
def test_known_answers_say_whether_it_beats_the_majority(
    name: str, majority: float, low: float, high: float, gains: str
) -> None:
    found = consensus(labels(name))
    assert found.majority is not None
    assert found.dawid_skene is not None
    assert found.majority.observed == pytest.approx(majority, abs=5e-5)
    assert low - 5e-4 <= found.dawid_skene.observed <= high + 5e-4
    assert gains in found.sentence


def test_without_known_answers_nothing_is_compared() -> None:
    found = consensus(coded([0, 0, 1], ["a", "b", "a"], ["x", "y", "x"]))
    assert found.gain is None
    assert "cannot be compared" in found.sentence


def planted(seed: int, items: int = 3000) -> tuple[Labels, np.ndarray]:
    """Thirty people of known accuracy, ten judgements an item."""
    rng = np.random.default_rng(seed)
    accuracy = rng.uniform(0.4, 0.95, 30)
    item, who = np.repeat(np.arange(items), 10), rng.integers(0, 30, items * 10)
    truth = rng.choice(3, items, p=[0.5, 0.3, 0.2])
    wrong = (truth[item] + rng.integers(1, 3, len(item))) % 3
    said = np.where(rng.random(len(item)) < accuracy[who], truth[item], wrong)
    keyed = {str(number): f"{value}" for number, value in enumerate(truth)}
    return coded(item, [f"{code:02}" for code in who], said, keyed), accuracy


@pytest.mark.parametrize("seed", range(3))
def test_planted_error_rates_and_prior_are_found(seed: int) -> None:
    said, accuracy = planted(seed)
    fitted = dawid_skene(said)
    assert fitted.converged
    assert fitted.accuracy == pytest.approx(accuracy, abs=0.05)
    assert fitted.prior == pytest.approx([0.5, 0.3, 0.2], abs=0.03)
    assert fitted.confusion.sum(axis=1) == pytest.approx(np.ones((30, 3)))
    assert fitted.posterior.sum(axis=1) == pytest.approx(np.ones(3000))


def test_it_stops_at_the_most_steps_and_says_so() -> None:
    said, _ = planted(9)
    fitted = dawid_skene(said, most_steps=2)
    assert (fitted.steps, fitted.converged) == (2, False)


def test_a_tie_of_the_majority_counts_as_drawing_one() -> None:
    found = consensus(coded([0, 0, 1, 1], ["a", "b", "a", "b"], ["x", "y", "x", "x"], {"0": "x", "1": "x"}))
    assert found.majority is not None
    assert found.majority.observed == 0.75
