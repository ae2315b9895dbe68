import numpy as np
import pytest

from rampart.retrain.linear.config import LinearConfig
from rampart.retrain.linear.features import COLUMNS, extract
from rampart.retrain.linear.model import LinearRewardModel, learn_scaling
from rampart.retrain.linear.train import train
from rampart.retrain.snapshot import build_snapshot
from tests.retrain.planted import BAD, GOOD, batch, planted_rows


@pytest.fixture(scope="module")
def model() -> LinearRewardModel:
    return train(build_snapshot([batch(planted_rows(300, seed=1))]).pairs, LinearConfig())[0]


def test_the_planted_words_push_the_score_their_way(model: LinearRewardModel) -> None:
    scores = model.score(["p"] * 2, [" ".join(GOOD), " ".join(BAD)])
    assert scores[0] > scores[1] + 1


def test_files_bring_back_a_model_that_scores_the_same(model: LinearRewardModel) -> None:
    prompts, responses = ["p", "q", "r"], ["a clear answer", "never seen before", ""]
    again = LinearRewardModel.from_files(*model.to_files())
    assert again.score(prompts, responses).tobytes() == model.score(prompts, responses).tobytes()
    assert again.to_files() == model.to_files()


def test_a_score_does_not_depend_on_what_is_scored_with_it(model: LinearRewardModel) -> None:
    texts = [f"clear text number {i}" for i in range(50)]
    together = model.score(texts, texts)
    alone = np.array([model.score([text], [text])[0] for text in texts])
    assert together.tobytes() == alone.tobytes()


def test_a_file_of_another_format_is_refused(model: LinearRewardModel) -> None:
    tensors, meaning = model.to_files()
    with pytest.raises(ValueError, match=r"expected 'rampart-linear/2'.*the version that wrote it"):
        LinearRewardModel.from_files(tensors, meaning.replace(b"rampart-linear/2", b"rampart-linear/9"))


def test_rare_words_weigh_more_and_rows_have_length_one() -> None:
    features = extract(["p"] * 3, ["common rare", "common", "common thing"])
    scaling = learn_scaling(features, style_scale=0.3)
    rows = scaling.text_columns(features)
    assert rows.shape == (3, COLUMNS)
    np.testing.assert_allclose(rows.power(2).sum(axis=1), 1)
    df = np.bincount(features.counts.indices, minlength=COLUMNS)[scaling.words]
    np.testing.assert_allclose(scaling.idf, np.log(4 / (1 + df)) + 1, rtol=1e-6)
    assert scaling.unseen_idf == pytest.approx(np.log(4) + 1)


def test_the_columns_of_the_fit_are_those_of_the_score() -> None:
    features = extract(["p"] * 3, ["common rare", "common", "common thing"])
    scaling = learn_scaling(features, style_scale=0.3)
    whole, seen = scaling.text_columns(features), scaling.seen_columns(features)
    np.testing.assert_array_equal(whole.toarray()[:, scaling.words], seen.toarray())


def test_style_features_have_the_spread_the_scale_asks_for() -> None:
    features = extract(["p"] * 3, ["a", "a, b", "a! b? c"])
    style = learn_scaling(features, style_scale=0.3).style_columns(features)
    spread = style.std(axis=0)
    varied = spread > 0
    assert varied.sum() >= 5
    np.testing.assert_allclose(spread[varied], 0.3, rtol=1e-4)
    np.testing.assert_allclose(style.mean(axis=0), 0, atol=1e-6)
