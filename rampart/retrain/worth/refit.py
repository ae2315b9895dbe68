r"""Training the same pairs again and again, each time on some of them.

**Model.** The embedded reward model (`rampart.retrain.linear`): a score linear in words and style, a
Bradley-Terry loss with soft labels and a ridge penalty. What is learnt of the texts without any label (which
words there are, how rare, how style spreads) is learnt once, on the whole training side, so that all refits
stand on one matrix of differences and k of them cost k fits, not k readings. A model trained alone on the
same pairs differs from a refit by that only.

**Started cold.** Every refit starts from nothing, so that nothing of what it leaves out can stay behind.
"""

from collections.abc import Callable

import numpy as np
import pyarrow as pa
import scipy.sparse as sp
from scipy.optimize import minimize
from scipy.special import expit
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # publishes no types

from rampart.retrain.linear.config import LinearConfig
from rampart.retrain.linear.features import TextFeatures, extract
from rampart.retrain.linear.model import learn_scaling
from rampart.retrain.texts import texts_of
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
        self._gaps = sp.csr_array(columns[texts.first] - columns[texts.second])
        self._gaps.eliminate_zeros()
        self._target, self._weight = pairs["target"].to_numpy(), pairs["weight"].to_numpy()
        self._l2 = config.l2

    def __call__(self, chosen: Mask) -> Floats:
        """Margins (m,) of a model trained on the pairs `chosen`; `ValueError` where none is."""
        if not chosen.any():
            raise ValueError("there is no pair to train on; leave out less")
        return np.asarray(self._gaps @ self._fit(chosen), dtype=np.float64)

    def _fit(self, chosen: Mask) -> Floats:
        gaps, target, weight = self._gaps[chosen], self._target[chosen], self._weight[chosen]
        across, total = sp.csr_array(gaps.T), float(weight.sum())

        def loss_and_gradient(theta: Floats) -> tuple[float, Floats]:
            d = gaps @ theta
            nats = target * np.logaddexp(0, -d) + (1 - target) * np.logaddexp(0, d)
            loss = weight @ nats + self._l2 / 2 * (theta @ theta)
            pull = across @ (weight * (expit(d) - target)) + self._l2 * theta
            return float(loss / total), np.asarray(pull / total)

        start = np.zeros(gaps.shape[1])
        with threadpool_limits(limits=1, user_api="blas"):
            found = minimize(
                loss_and_gradient,
                start,
                jac=True,
                method="L-BFGS-B",
                options={"maxiter": MOST_ITERATIONS, "gtol": TOLERANCE, "ftol": 0.0},
            )
        return np.asarray(found.x)


def _rows(features: TextFeatures, rows: "np.ndarray[tuple[int], np.dtype[np.int64]]") -> TextFeatures:
    return TextFeatures(sp.csr_array(features.counts[rows]), features.style[rows], features.style_names)
