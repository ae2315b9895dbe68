"""What has been gained over the model there was before a contract: two models on the same held-out pairs."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pyarrow as pa

from rampart.retrain.evaluate import correctness
from rampart.retrain.worth.clustered import Clustered, Floats, clustered

Reached = Literal["reached", "missed", "not_distinguishable"]


@dataclass(frozen=True)
class Since:
    """Held-out accuracy (0..1) of the new model less that of `before`, its run id; None: a coin's 0.5."""

    contract_id: str
    week: int
    before: str | None
    gain: Clustered


def since(
    holdout: pa.Table, batch: tuple[str, int], before: str | None, new: Floats, old: Floats | None
) -> Since:
    """Compare the margins of both models on m strict held-out pairs (`snapshot.PAIR`).

    Args:
        holdout: the pairs.
        batch: contract id and week whose batch caused the training.
        before: the run id of the model before the contract.
        new: (m,) margins of the new model.
        old: (m,) margins of the model before; None where there was none.
    """
    target, weight = holdout["target"].to_numpy(), holdout["weight"].to_numpy()
    prompts = np.asarray(holdout["prompt_key"].to_pylist(), dtype=np.str_)
    rival = np.full(len(target), 0.5) if old is None else correctness(old, target)
    return Since(*batch, before, clustered(correctness(new, target) - rival, weight, prompts))


def reached(low: float | None, high: float | None, points: float) -> Reached:
    """Is a gain (0..1, by its interval) of `points` (of 100) there, surely not, or can nobody tell?"""
    if low is not None and 100 * low >= points:
        return "reached"
    return "missed" if high is not None and 100 * high < points else "not_distinguishable"
