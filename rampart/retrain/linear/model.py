"""The linear reward model: a score for a response to a prompt, and how it is kept.

    score = Σ_w θ_w · tfidf_w + Σ_f θ_f · (style_f - mean_f) / deviation_f

tfidf is log(1 + count) · idf, scaled to length 1 (Salton and Buckley 1988, doi:10.1016/0306-4573(88)90021-0);
idf = ln((1 + n) / (1 + df)) + 1 over the n training texts. A score means nothing alone: only differences
between responses to one prompt do. A length-neutral model takes away what length alone explains of that
(`rampart.retrain.linear.length`). This is a diagnostic instrument, not the reward model you ship.

Kept as two files: `model.safetensors` with the numbers, `model.json` with what they mean.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from safetensors.numpy import load, save

from rampart.retrain.digests import canonical_json
from rampart.retrain.linear.features import COLUMNS, TextFeatures, extract

MODEL_FILES = ("model.safetensors", "model.json")
FORMAT = "rampart-linear/2"
READABLE = ("rampart-linear/1", FORMAT)  # the first knew neither ties of their own nor length-neutral scores
LENGTH = "log_characters"  # the style feature that length-neutral scores are neutral to
ROWS_A_STEP = 5_000  # keeps what is computed on the way near 50 MB


@dataclass(frozen=True, eq=False)
class Scaling:
    """What was learnt about the features before the weights: from training texts only.

    `words` (k,) are the hashed columns seen in training, ascending, `idf` (k,) theirs; any other column has
    `unseen_idf`. `mean` and `deviation` belong to the style features; a deviation has `style_scale` in it.
    """

    words: NDArray[np.int32]
    idf: NDArray[np.float32]
    unseen_idf: float
    mean: NDArray[np.float32]
    deviation: NDArray[np.float32]

    def text_columns(self, features: TextFeatures) -> sp.csr_array:
        """Length-1 TF-IDF rows, (n, 2**18) float64."""
        idf = np.full(COLUMNS, self.unseen_idf)
        idf[self.words] = self.idf
        counts = features.counts
        values = np.empty(len(counts.data))
        for start in range(0, counts.shape[0], ROWS_A_STEP):
            ends = counts.indptr[start : start + ROWS_A_STEP + 1]
            step = slice(ends[0], ends[-1])
            weighted = counts.data[step] * idf[counts.indices[step]]
            rows = np.repeat(np.arange(len(ends) - 1), np.diff(ends))
            values[step] = weighted / np.sqrt(np.bincount(rows, weighted**2))[rows]
        return sp.csr_array((values, counts.indices, counts.indptr), shape=counts.shape)

    def seen_columns(self, features: TextFeatures) -> sp.csr_array:
        """`text_columns` of training texts as (n, k): only the columns of `words`, which is all they have."""
        tfidf = self.text_columns(features)
        place = np.zeros(COLUMNS, dtype=np.int32)
        place[self.words] = np.arange(len(self.words), dtype=np.int32)
        shape = (tfidf.shape[0], len(self.words))
        return sp.csr_array((tfidf.data, place[tfidf.indices], tfidf.indptr), shape=shape)

    def style_columns(self, features: TextFeatures) -> NDArray[np.float64]:
        """Centred and scaled style features, (n, s)."""
        return (features.style.astype(np.float64) - self.mean) / self.deviation


def learn_scaling(features: TextFeatures, style_scale: float) -> Scaling:
    """Document frequencies, means and deviations of the training texts (at least one)."""
    n = features.counts.shape[0]
    df = np.bincount(features.counts.indices, minlength=COLUMNS)
    words = np.flatnonzero(df)
    style = features.style.astype(np.float64)
    deviation = style.std(axis=0)
    deviation[deviation < 1e-9] = 1.0  # a feature that never varies stays at zero, whatever it is later
    return Scaling(
        words=words.astype(np.int32),
        idf=(np.log((1 + n) / (1 + df[words])) + 1).astype(np.float32),
        unseen_idf=float(np.log(1 + n) + 1),
        mean=style.mean(axis=0).astype(np.float32),
        deviation=(deviation / style_scale).astype(np.float32),
    )


def log_lengths(features: TextFeatures) -> NDArray[np.float64]:
    """log(1 + characters) of each text, (n,)."""
    return features.style[:, features.style_names.index(LENGTH)].astype(np.float64)


@dataclass(frozen=True, eq=False)
class LinearRewardModel:
    """A trained model. `word_weights` (k,) belong to `scaling.words`, `style_weights` to `style_names`.

    `tie_theta` is Rao and Kupper's θ, 1 where ties were no outcome of their own: with it the difference d of
    two scores gives P(first better) = logistic(d - ln θ) and P(second better) = logistic(-d - ln θ), and what
    is left is a tie. `length_slope` is what a log character is worth within a prompt; scores do without it
    where `length_neutral`.
    """

    scaling: Scaling
    style_names: tuple[str, ...]
    word_weights: NDArray[np.float32]
    style_weights: NDArray[np.float32]
    tie_theta: float = 1.0
    length_slope: float = 0.0
    length_neutral: bool = False

    def score(self, prompts: Sequence[str], responses: Sequence[str]) -> NDArray[np.float64]:
        """One score for each (prompt, response), shape (n,); the difference of two is a log-odds.

        Two choices of training bend that: margins make the differences larger, and with ties as an outcome
        of their own the difference is near the log-odds of a decided pair, not equal to it.
        """
        return self.score_features(extract(prompts, responses, self.style_names))

    def with_length(self, *, neutral: bool) -> "LinearRewardModel":
        """The same model, scoring with or without what length alone explains, whatever it was trained for."""
        return replace(self, length_neutral=neutral)

    def score_features(self, features: TextFeatures) -> NDArray[np.float64]:
        """As `score`, for features already extracted with this model's `style_names`."""
        weights = np.zeros(COLUMNS)
        weights[self.scaling.words] = self.word_weights
        from_words = self.scaling.text_columns(features) @ weights
        # Summed by numpy, not BLAS: the result must not depend on the number of threads or rows.
        from_style = (self.scaling.style_columns(features) * self.style_weights).sum(axis=1)
        scores = np.asarray(from_words + from_style, dtype=np.float64)
        return scores - self.length_slope * log_lengths(features) if self.length_neutral else scores

    def to_files(self) -> tuple[bytes, bytes]:
        """The contents of `model.safetensors` and `model.json`; equal models give equal bytes."""
        tensors = {
            "words": self.scaling.words,
            "idf": self.scaling.idf,
            "word_weights": self.word_weights,
            "style_mean": self.scaling.mean,
            "style_deviation": self.scaling.deviation,
            "style_weights": self.style_weights,
        }
        meaning = {
            "format": FORMAT,
            "columns": COLUMNS,
            "style_names": self.style_names,
            "unseen_idf": self.scaling.unseen_idf,
            "tie_theta": self.tie_theta,
            "length_slope": self.length_slope,
            "length_neutral": self.length_neutral,
            "note": "a diagnostic instrument, not the reward model to ship",
        }
        return save(tensors), canonical_json(meaning)

    @classmethod
    def from_files(cls, tensors: bytes, meaning: bytes) -> "LinearRewardModel":
        """The model that `to_files` wrote; `ValueError` for any other format."""
        about = json.loads(meaning)
        if about.get("format") not in READABLE or about.get("columns") != COLUMNS:
            raise ValueError(
                f"model.json says format {about.get('format')!r} with {about.get('columns')} columns, "
                f"expected {FORMAT!r} with {COLUMNS}; read it with the version that wrote it"
            )
        t = load(tensors)
        scaling = Scaling(t["words"], t["idf"], about["unseen_idf"], t["style_mean"], t["style_deviation"])
        return cls(
            scaling,
            tuple(about["style_names"]),
            t["word_weights"],
            t["style_weights"],
            about.get("tie_theta", 1.0),
            about.get("length_slope", 0.0),
            about.get("length_neutral", False),
        )
