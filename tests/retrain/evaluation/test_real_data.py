"""On public sets the evaluation says what an independent computation with scikit-learn says.

Independent of ours: the features (TF-IDF with its own tokeniser, and the length, as ours sees style too), the
model (logistic regression on differences), and the accuracy (`accuracy_score`). Shared: the pairs and the
split by prompt.
"""

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score

from rampart.retrain.evaluate import Evaluation, evaluate
from rampart.retrain.linear.config import LinearConfig
from rampart.retrain.linear.train import train
from rampart.retrain.run import margins_of, strict_holdout
from rampart.retrain.snapshot import BatchData, build_snapshot
from tests.retrain.planted import batch, pandalm_batch, record

DATA = Path(os.environ.get("RAMPART_TEST_DATA", Path(__file__).parents[4] / "shared" / "data"))


def lines(*parts: str) -> list[dict[str, Any]]:
    path = DATA.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"{path} is not there; set RAMPART_TEST_DATA to the folder of the public sets")
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def harmless() -> BatchData:
    """Anthropic's harmless-base (MIT), 200 pairs; the text before the last answer is the prompt."""
    rows = []
    for number, line in enumerate(lines("hh-rlhf", "harmless-base_test.head200.jsonl")):
        said, (chosen, rejected) = "\n\nAssistant:", (line["chosen"], line["rejected"])
        prompts, answers = zip(*(text.rpartition(said)[::2] for text in (chosen, rejected)), strict=True)
        # Which of the two is shown first must not say which is better.
        turn = slice(None, None, -1 if number % 2 else 1)
        rows.append(record(str(number), prompts[0], answers[turn], [1, 2][turn]))
    return batch(rows, contract_id="hh")


def assistants() -> BatchData:
    """Open Assistant's trees (Apache-2.0): every message whose answers were ranked, all K of them."""
    rows = [
        record(node["message_id"], path, [reply["text"] for reply in ranked], [r["rank"] + 1 for r in ranked])
        for tree in lines("oasst", "en_100_tree.jsonl")
        for path, node in walked([], tree["prompt"])
        if len(ranked := [reply for reply in node["replies"] if reply.get("rank") is not None]) > 1
    ]
    return batch(rows, contract_id="oasst")


def walked(
    before: list[tuple[str, str]], node: dict[str, Any]
) -> Iterator[tuple[list[tuple[str, str]], dict[str, Any]]]:
    """Each message of a tree, with the conversation that leads to it."""
    path = [*before, (node["role"], node["text"])]
    yield path, node
    for reply in node["replies"]:
        yield from walked(path, reply)


@pytest.fixture(scope="module", params=[pandalm_batch, harmless, assistants], ids=lambda made: made.__name__)
def measured(request: pytest.FixtureRequest) -> tuple[pa.Table, np.ndarray, Evaluation]:
    """A set's pairs, the linear model's margins on the held-out ones, and what is said of them."""
    made: Callable[[], BatchData] = request.param
    pairs = build_snapshot([made()]).pairs
    model, _ = train(pairs.filter(pc.field("split") == "train"), LinearConfig())
    held = strict_holdout(pairs)
    margins = margins_of(model, held)
    return pairs, margins, evaluate(held, margins)


def test_accuracy_is_that_of_scikit_learn_on_the_same_margins(
    measured: tuple[pa.Table, np.ndarray, Evaluation],
) -> None:
    pairs, margins, said = measured
    held = strict_holdout(pairs)
    # Where two texts score alike, ours is half right: right if the first is said to win, or if the second is.
    either = [
        accuracy_score(held["target"].to_numpy() > 0.5, first, sample_weight=held["weight"].to_numpy())
        for first in (margins > 0, margins >= 0)
    ]
    assert said.accuracy.value == pytest.approx(np.mean(either))


def test_an_independent_model_on_the_same_split_is_within_the_interval(
    measured: tuple[pa.Table, np.ndarray, Evaluation],
) -> None:
    pairs, _, said = measured
    learnt = pairs.filter((pc.field("split") == "train") & (pc.field("target") != 0.5))
    held = strict_holdout(pairs)
    words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)
    words.fit([text for side in ("first", "second") for text in learnt[side].to_pylist()])

    def features(texts: list[str]) -> sparse.csr_array:
        length = sparse.csr_array(np.log1p([[float(len(text))] for text in texts]))
        return sparse.csr_array(sparse.hstack([sparse.csr_array(words.transform(texts)), length]))

    def differences(table: pa.Table) -> sparse.csr_array:
        first, second = (features(table[side].to_pylist()) for side in ("first", "second"))
        return sparse.csr_array(first - second)

    target, weight = learnt["target"].to_numpy() > 0.5, learnt["weight"].to_numpy()
    both = sparse.vstack([differences(learnt), -differences(learnt)])
    model = LogisticRegression(C=1.0, fit_intercept=False)
    model.fit(both, np.concatenate([target, ~target]), sample_weight=np.tile(weight, 2))
    accuracy = accuracy_score(
        held["target"].to_numpy() > 0.5,
        model.decision_function(differences(held)) > 0,
        sample_weight=held["weight"].to_numpy(),
    )
    assert said.accuracy.low is not None and said.accuracy.high is not None
    assert said.accuracy.low <= accuracy <= said.accuracy.high


def test_slices_of_a_real_set_add_up_to_the_whole(
    measured: tuple[pa.Table, np.ndarray, Evaluation],
) -> None:
    said = measured[2]
    for name in {one.name for one in said.slices} - {"anchor"}:
        parts = [one for one in said.slices if one.name == name]
        assert sum(one.n_pairs for one in parts) == said.n_pairs
        assert sum(part.n_pairs for part in said.reliability) == said.n_pairs
    for one in said.slices:
        assert (one.accuracy is None) == (one.n_prompts < 10) == bool(one.said)
