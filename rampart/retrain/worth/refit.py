r"""Training the same pairs again and again, each time on some of them.

**Model.** The embedded reward model (`rampart.retrain.linear`) with its labels and its loss; ties are always
half a win for either. What is learnt of the texts without any label (which words there are, how rare, how
style spreads) is learnt once, on the whole training side, so that all refits stand on one matrix of
differences and k of them cost k fits, not k readings. A model trained alone on the same pairs differs from a
refit by that, and by where the search stops.

**Started cold.** Every refit starts from nothing, so that nothing of what it leaves out can stay behind.
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pyarrow as pa
import scipy.sparse as sp
from scipy.optimize import minimize
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # publishes no types

from rampart.retrain.linear.config import LinearConfig
from rampart.retrain.linear.features import TextFeatures, extract
from rampart.retrain.linear.labels import labelled
from rampart.retrain.linear.model import learn_scaling
from rampart.retrain.linear.objective import loss_of
from rampart.retrain.texts import texts_of
from rampart.retrain.worth.clustered import Floats, Mask

# Trains on the chosen pairs (m,) and gives first score less second of all m.
Refit = Callable[[Mask], Floats]

LABELS = ["target", "weight", "strength", "contract_id", "week", "annotators", "agreement"]  # for `labelled`
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
        self._gaps = sp.csr_array(columns[texts.first] - columns[texts.second])
        self._gaps.eliminate_zeros()
        self._pairs, self._texts, self._config = pairs.select(LABELS), texts, replace(config, ties="half")

    def __call__(self, chosen: Mask) -> Floats:
        """Margins (m,) of a model trained on the pairs `chosen`; `ValueError` where none is."""
        if not chosen.any():
            raise ValueError("there is no pair to train on; leave out less")
        return np.asarray(self._gaps @ self._fit(chosen), dtype=np.float64)

    def _fit(self, chosen: Mask) -> Floats:
        # A row a pair against a row of nothing: the score of the one less that of the other is the margin.
        many = int(chosen.sum())
        rows = sp.csr_array(sp.vstack([self._gaps[chosen], sp.csr_array((1, self._gaps.shape[1]))]))
        texts = replace(self._texts, first=self._texts.first[chosen], second=self._texts.second[chosen])
        told = labelled(self._pairs.filter(pa.array(chosen)), texts, self._config)
        told = replace(told, first=np.arange(many), second=np.full(many, many))
        loss = loss_of(rows, np.zeros((many + 1, 0)), told, self._config.l2)
        with threadpool_limits(limits=1, user_api="blas"):
            found = minimize(
                loss,
                np.zeros(rows.shape[1]),
                jac=True,
                method="L-BFGS-B",
                options={"maxiter": MOST_ITERATIONS, "gtol": TOLERANCE, "ftol": 0.0},
            )
        return np.asarray(found.x)


def _rows(features: TextFeatures, rows: "np.ndarray[tuple[int], np.dtype[np.int64]]") -> TextFeatures:
    return TextFeatures(sp.csr_array(features.counts[rows]), features.style[rows], features.style_names)
