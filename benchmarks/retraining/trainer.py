"""One training end to end in a process of its own: ``python -m benchmarks.retraining.trainer WHO STORE``.

The folder STORE holds a dataset under the key `DATASET`. WHO is `rampart`, or `scikit-learn`: the same
features of the same texts, and LogisticRegression with the same penalty on the difference of each pair.
Both read the dataset, make features, fit, score the held-out pairs, evaluate them and save their model. The
clock starts when everything is imported. The last line is one JSON object.
"""

import hashlib
import io
import json
import resource
import sys
import time
from pathlib import Path

import numpy as np
import pyarrow.compute as pc
import scipy.sparse as sp
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from benchmarks.volume.peak import PeakMemory
from rampart.delivery.local_store import LocalStore
from rampart.retrain.backend import Dataset
from rampart.retrain.config import TrainConfig
from rampart.retrain.evaluate import Evaluation, evaluate
from rampart.retrain.linear.config import LinearConfig
from rampart.retrain.linear.features import VECTORISER, extract
from rampart.retrain.linear.model import learn_scaling
from rampart.retrain.linear.train import LinearBackend
from rampart.retrain.run import margins_of, strict_holdout
from rampart.retrain.snapshot import pairs_from_parquet
from rampart.retrain.texts import texts_of

DATASET = "datasets/pairs.parquet"
DIGEST = hashlib.sha256(b"benchmark").hexdigest()  # stands for the snapshot's, which nothing here looks at
OUT = "models/one"
SOLVER = "lbfgs"  # SOLVERWHY


def rampart(store: LocalStore) -> tuple[Evaluation, str]:
    """The embedded backend, through the door the weekly flow takes; evaluation and digest of the model."""
    backend = LinearBackend(store)
    job = backend.submit(Dataset(DIGEST, DATASET), TrainConfig(), OUT)
    holdout = strict_holdout(pairs_from_parquet(store.get(DATASET)))
    evaluation = evaluate(holdout, margins_of(backend.scorer(job.out), holdout))
    model = b"".join(store.get(key) for key in backend.collect(job).artefacts)
    return evaluation, hashlib.sha256(model).hexdigest()


def scikit_learn(store: LocalStore) -> tuple[Evaluation, str]:
    """LogisticRegression on differences of the features that `rampart` makes; the same two results."""
    usual = LinearConfig()
    pairs = pairs_from_parquet(store.get(DATASET))
    taught, holdout = pairs.filter(pc.field("split") == "train"), strict_holdout(pairs)
    texts = texts_of(taught)
    features = extract(texts.prompts, texts.responses)
    scaling = learn_scaling(features, usual.style_scale)
    x = _beside(scaling.seen_columns(features), scaling.style_columns(features))
    model = LogisticRegression(C=1 / usual.l2, fit_intercept=False, solver=SOLVER, max_iter=100)
    model.fit(_difference(x, texts.first, texts.second), taught["target"].to_numpy())

    texts = texts_of(holdout)
    features = extract(texts.prompts, texts.responses)
    known = scaling.text_columns(features)[:, scaling.words]
    x = _beside(known, scaling.style_columns(features))
    scores = x @ model.coef_[0]
    evaluation = evaluate(holdout, scores[texts.first] - scores[texts.second])
    held = io.BytesIO()
    np.savez(held, coefficients=model.coef_, words=scaling.words, idf=scaling.idf)
    store.put_once(f"{OUT}/scikit-learn.npz", held.getvalue())
    return evaluation, hashlib.sha256(model.coef_.tobytes()).hexdigest()


def _beside(words: sp.csr_array, style: NDArray[np.float64]) -> sp.csr_array:
    return sp.csr_array(sp.hstack([words, sp.csr_array(style)]))


def _difference(x: sp.csr_array, first: NDArray[np.int64], second: NDArray[np.int64]) -> sp.csr_array:
    """One row a pair, with the 32-bit indices that its solvers are made for."""
    rows = sp.csr_array(x[first] - x[second])
    indices, starts = rows.indices.astype(np.int32), rows.indptr.astype(np.int32)
    return sp.csr_array((rows.data, indices, starts), shape=rows.shape)


TRAINERS = {"rampart": rampart, "scikit-learn": scikit_learn}


def cpu_s() -> float:
    """Seconds of processor time of this process and of those it has waited for."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def main() -> None:
    """Train, and print what it took."""
    who, store = sys.argv[1], LocalStore(Path(sys.argv[2]))
    VECTORISER.transform(["what is loaded on first use is nobody's cost"])
    memory = PeakMemory()
    memory.start()
    began, began_cpu = time.perf_counter(), cpu_s()
    evaluation, digest = TRAINERS[who](store)
    took, took_cpu = time.perf_counter() - began, cpu_s() - began_cpu
    told = {
        "wall_s": round(took, 2),
        "cpu_s": round(took_cpu, 2),
        "peak_mb": round(memory.stop()),
        "accuracy": evaluation.accuracy.value,
        "log_loss": evaluation.log_loss,
        "digest": digest,
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main()
