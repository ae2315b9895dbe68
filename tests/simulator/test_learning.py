"""A plain Bradley-Terry model on words must learn the world's latent utility, and be hurt by bad batches."""

import numpy as np
import pytest
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from simulator import World, held_out
from simulator.judgement import Judgement
from simulator.vendors import alder, birch, cedar
from simulator.work import Item

WORLD = World(seed=7)
FRESH = [item for week in (1, 3, 6) for item in held_out(WORLD, week, 600)]


def accuracy(rows: list[Judgement]) -> float:
    """Share of fresh pairs a model trained on `rows` orders as the truth does."""
    words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, min_df=2)
    words.fit([response.content for row in rows for response in row.responses])

    def gaps(pairs: list[Judgement] | list[Item]) -> sparse.csr_matrix:
        first = [pair.responses[0].content for pair in pairs]
        second = [pair.responses[1].content for pair in pairs]
        length = np.log([len(text) for text in first]) - np.log([len(text) for text in second])
        style = sparse.csr_matrix(length[:, None])
        both = sparse.hstack([words.transform(first) - words.transform(second), style])
        return sparse.csr_matrix(both)

    features, chosen = gaps(rows), np.array([row.leaning > 0 for row in rows])
    model = LogisticRegression(C=3.0, fit_intercept=False, max_iter=300)
    model.fit(sparse.vstack([features, -features]), np.concatenate([chosen, ~chosen]))
    better = np.array([item.gap > 0 for item in FRESH])
    return float(np.mean((model.decision_function(gaps(FRESH)) > 0) == better))


def good(rows: tuple[Judgement, ...]) -> list[Judgement]:
    return [row for row in rows if not row.fault]


@pytest.fixture(scope="module")
def clean() -> list[Judgement]:
    rows = [row for week in range(1, 7) for row in good(alder.deliver(WORLD, week))]
    order = np.random.default_rng(0).permutation(len(rows)).tolist()
    return [rows[place] for place in order]


def test_more_clean_data_makes_a_better_model(clean: list[Judgement]) -> None:
    few, some, many = (accuracy(clean[:count]) for count in (150, 900, 3000))
    assert 0.53 < few < 0.66
    assert few + 0.08 < some
    assert some + 0.04 < many
    assert many > 0.79


def test_tilted_preferences_teach_less_than_as_many_honest_ones(clean: list[Judgement]) -> None:
    tilted = good(birch.deliver(WORLD, 5))
    assert accuracy(tilted) < accuracy(clean[: len(tilted)]) - 0.03


def test_coin_flips_added_to_good_data_make_the_model_worse(clean: list[Judgement]) -> None:
    flips = good(cedar.deliver(WORLD, 6))
    assert accuracy(clean[:1200] + flips) < accuracy(clean[:1200]) - 0.015
