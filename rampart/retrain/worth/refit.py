r"""Training the same pairs again and again, each time on some of them.

**Model.** The embedded reward model (`rampart.retrain.linear`) under the choices it is given: what strength,
majorities, ties and length do is what they do in a training. What is learnt of the texts without any label
(which words there are, how rare, how style spreads) is learnt once, on the whole training side, so that all
refits stand on one matrix of differences and k of them cost k fits, not k readings. A model trained alone on
the same pairs differs from a refit by that only.

**Started cold.** Every refit starts from nothing, so that nothing of what it leaves out can stay behind.
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pyarrow as pa
import scipy.sparse as sp
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # publishes no types

from rampart.retrain.linear.config import LinearConfig
from rampart.retrain.linear.features import TextFeatures, extract
from rampart.retrain.linear.labels import labelled
from rampart.retrain.linear.length import length_slope
from rampart.retrain.linear.model import learn_scaling, log_lengths
from rampart.retrain.linear.objective import fit
from rampart.retrain.texts import Texts, texts_of
from rampart.retrain.worth.clustered import Floats, Mask

# Trains on the chosen pairs (m,) and gives first score less second of all m.
Refit = Callable[[Mask], Floats]

MOST_ITERATIONS = 200
TOLERANCE = 1e-6  # of the gradient of the mean loss; margins are then within about 1e-3 of the minimum's


class LinearRefit:
    """A `Refit` by the embedded model over the rows of one table (`snapshot.PAIR`), with its weights."""

    def __init__(self, pairs: pa.Table, config: LinearConfig) -> None:
        texts = texts_of(pairs)
        train = np.asarray(pairs["split"].to_pylist(), dtype=np.str_) == "train"
        taught = np.unique(np.concatenate([texts.first[train], texts.second[train]]))
        features = extract(texts.prompts, texts.responses)
        scaling = learn_scaling(_rows(features, taught), config.style_scale)
        words = scaling.text_columns(features)[:, scaling.words]
        style = sp.csr_array(scaling.style_columns(features))
        columns = sp.csr_array(sp.hstack([sp.csr_array(words), style], format="csr"))
        self._pairs, self._texts, self._config = pairs, texts, config
        self._columns, self._lengths = columns, log_lengths(features)
        gaps = sp.csr_array(columns[texts.first] - columns[texts.second])
        gaps.eliminate_zeros()
        self._gaps = gaps

    def __call__(self, chosen: Mask) -> Floats:
        """Margins (m,) of a model trained on the pairs `chosen`; `ValueError` where none is."""
        if not chosen.any():
            raise ValueError("there is no pair to train on; leave out less")
        theta = self._fit(chosen)
        margins = np.asarray(self._gaps @ theta, dtype=np.float64)
        if self._config.length == "neutral":
            lengths = self._lengths[self._texts.first] - self._lengths[self._texts.second]
            margins -= self._length_slope(chosen, theta) * lengths
        return margins

    def _fit(self, chosen: Mask) -> Floats:
        """The weights of all columns; each pair is a row of differences, held against one of zeros."""
        compared = labelled(self._pairs.filter(pa.array(chosen)), self._among(chosen), self._config)
        gaps, many = self._gaps[chosen], int(chosen.sum())
        nothing = sp.csr_array((1, gaps.shape[1]))
        rows = sp.csr_array(sp.vstack([gaps, nothing], format="csr"))
        compared = replace(compared, first=np.arange(many), second=np.full(many, many))
        with threadpool_limits(limits=1, user_api="blas"):
            found = fit(
                rows,
                np.zeros((many + 1, 0)),
                compared,
                l2=self._config.l2,
                max_iterations=MOST_ITERATIONS,
                tie_theta=self._config.tie_theta,
                tolerance=TOLERANCE,
            )
        return found.theta

    def _length_slope(self, chosen: Mask, theta: Floats) -> float:
        """What a log character is worth among the texts trained on."""
        among = self._among(chosen)
        taught = np.unique(np.concatenate([among.first, among.second]))
        prompts = [among.prompts[row] for row in taught.tolist()]
        return length_slope(self._columns[taught] @ theta, self._lengths[taught], prompts)

    def _among(self, chosen: Mask) -> Texts:
        return replace(self._texts, first=self._texts.first[chosen], second=self._texts.second[chosen])


def _rows(features: TextFeatures, rows: "np.ndarray[tuple[int], np.dtype[np.int64]]") -> TextFeatures:
    return TextFeatures(sp.csr_array(features.counts[rows]), features.style[rows], features.style_names)
