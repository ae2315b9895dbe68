"""Judges who like length as much as quality, and what is left of both in a length-neutral model."""

from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import linregress

from contracts.terms.annotation import Ranking
from quality.audits.probes.length import length_correlation
from rampart.retrain.linear.config import LinearConfig
from rampart.retrain.linear.length import length_slope
from rampart.retrain.linear.model import LinearRewardModel
from rampart.retrain.linear.train import train
from rampart.retrain.run import margins_of, strict_holdout
from rampart.retrain.snapshot import Snapshot, build_snapshot
from rampart.retrain.texts import texts_of
from tests.retrain.planted import BAD, FILLER, GOOD, batch, pandalm_batch, record

Floats = NDArray[np.float64]

LIKING = 2.0  # a response twice as long is worth 1.4 good words more


def worth(text: str) -> int:
    """Good words less bad ones: what the judges would go by without their liking for length."""
    words = text.rstrip(".").split()
    return sum(word in GOOD for word in words) - sum(word in BAD for word in words)


@cache
def judged(liking: float) -> Snapshot:
    """1,200 prompts with four responses each, ranked by worth and `liking` times the log of their length."""
    random = np.random.default_rng(2)
    rows = []
    for number in range(1_200):
        texts = [_text(random) for _ in range(4)]
        seen = [worth(text) + liking * np.log(len(text)) + random.normal() * 0.5 for text in texts]
        place = (np.argsort(np.argsort(-np.array(seen))) + 1).tolist()
        rows.append(record(str(number), f"question {number} about {random.choice(FILLER)}", texts, place))
    return build_snapshot([batch(rows, scheme=Ranking(kind="ranking"))])


def _text(random: np.random.Generator) -> str:
    good, bad, rest = random.integers(0, 6), random.integers(0, 6), random.integers(6, 60)
    words = [*random.choice(GOOD, good), *random.choice(BAD, bad), *random.choice(FILLER, rest)]
    random.shuffle(words)
    return " ".join(words) + "."


@cache
def trained(liking: float) -> LinearRewardModel:
    pairs = judged(liking).pairs
    taught = pairs.filter([side == "train" for side in pairs["split"].to_pylist()])
    return train(taught, LinearConfig())[0]


def accuracy_on_worth(model: LinearRewardModel, liking: float) -> float:
    held = strict_holdout(judged(liking).pairs)
    first, second = (
        np.array([worth(text) for text in held[side].to_pylist()]) for side in ("first", "second")
    )
    decided = first != second
    return float(np.mean(((margins_of(model, held) > 0) == (first > second))[decided]))


def correlation(model: LinearRewardModel, liking: float) -> float:
    texts = texts_of(strict_holdout(judged(liking).pairs))
    return length_correlation(model.score, texts.prompts, texts.responses).value


def test_a_liking_for_length_is_learnt_and_can_be_taken_out_again() -> None:
    model = trained(LIKING)
    assert correlation(model, LIKING) > 0.6
    assert abs(correlation(model.with_length(neutral=True), LIKING)) < 0.1


def test_what_is_left_tells_good_from_bad_nearly_as_well_as_judges_without_that_liking_taught() -> None:
    tilted, plain = trained(LIKING), trained(0.0)
    neutral = accuracy_on_worth(tilted.with_length(neutral=True), LIKING)
    assert accuracy_on_worth(tilted, LIKING) < 0.65
    assert neutral > 0.7
    assert neutral > accuracy_on_worth(plain, 0.0) - 0.07


def test_where_length_plays_no_part_nothing_is_lost() -> None:
    model = trained(0.0)
    neutral = model.with_length(neutral=True)
    assert abs(correlation(model, 0.0)) < 0.1
    assert accuracy_on_worth(neutral, 0.0) == pytest.approx(accuracy_on_worth(model, 0.0), abs=0.01)


def test_scores_within_a_prompt_have_no_linear_relation_to_log_length_where_it_was_learnt() -> None:
    pairs = judged(LIKING).pairs
    texts = texts_of(pairs.filter([side == "train" for side in pairs["split"].to_pylist()]))
    scores = trained(LIKING).with_length(neutral=True).score(texts.prompts, texts.responses)
    lengths = np.log1p([len(text) for text in texts.responses])
    assert length_slope(scores, lengths, texts.prompts) == pytest.approx(0, abs=1e-4)


def test_the_slope_is_that_of_a_regression_with_a_level_for_each_prompt() -> None:
    random = np.random.default_rng(1)
    prompts = ["one"] * 5 + ["two"] * 4 + ["three"] * 6
    level = np.repeat([0.0, 5.0, -3.0], [5, 4, 6])
    lengths = random.normal(size=15) + level
    scores = 0.7 * lengths + random.normal(size=15) * 0.1 - 4 * level
    design = np.column_stack([lengths, *(np.array(prompts) == name for name in ("one", "two", "three"))])
    expected = np.linalg.lstsq(design, scores, rcond=None)[0][0]
    assert length_slope(scores, lengths, prompts) == pytest.approx(expected, rel=1e-9)
    assert abs(linregress(lengths, scores).slope - 0.7) > 1  # pooled, prompts and length mix


def test_prompts_whose_responses_are_equally_long_have_no_slope() -> None:
    assert length_slope(np.array([1.0, 2.0]), np.array([3.0, 3.0]), ["p", "p"]) == 0.0


def test_the_choice_is_kept_with_the_model() -> None:
    pairs = judged(LIKING).pairs.slice(0, 200)
    model, _ = train(pairs, LinearConfig(length="neutral"))
    again = LinearRewardModel.from_files(*model.to_files())
    assert model.length_neutral
    assert again.score(["p"], ["a wall"]).tolist() == model.score(["p"], ["a wall"]).tolist()
    assert again.with_length(neutral=False).score(["p"], ["a wall"]) != model.score(["p"], ["a wall"])


def test_on_peoples_judgements_length_goes_out_of_the_scores_at_a_price_in_agreement() -> None:
    pairs = build_snapshot([pandalm_batch()]).pairs
    model, _ = train(pairs.filter([side == "train" for side in pairs["split"].to_pylist()]), LinearConfig())
    held = strict_holdout(pairs)
    first, second = (np.log1p([len(text) for text in held[side].to_pylist()]) for side in ("first", "second"))
    free, neutral = (margins_of(model.with_length(neutral=is_), held) for is_ in (False, True))
    with_length, without = (np.corrcoef(each, first - second)[0, 1] for each in (free, neutral))
    right, other = (np.mean((each > 0) == (held["target"].to_numpy() > 0.5)) for each in (free, neutral))
    assert with_length > 0.6
    assert abs(without) < 0.2
    assert other < right  # these people took to the longer response in two of three
