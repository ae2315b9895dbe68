"""What was labelled, as the fit takes it: a target, a weight and a margin for each pair.

In this order, each by its choice in `LinearConfig`:

**labels**. *delivered*: the outcome, 1, 0, or ½ for a tie. *agreement*: where one row speaks for several
judgements (a majority of them), its target is the share that agreed, so 2 of 3 for the first response give
2/3; the rest count as against it, ties among them too. Where every judgement has a row of its own, the rows
together are that soft label already, as the loss is linear in the target; they stay as they are.

**flipped_share** ε. A strict label t becomes (1 - ε) t + ε (1 - t): what to believe of it when a share ε is
flipped (conservative DPO: Mitchell 2023, https://ericmitchell.ai/cdpo.pdf). Ties stay.

**strength** s, from 0 to 1, of strict labels; ties and rows without one are untouched.

- *weight*: the weight is multiplied with s over the mean s of the contract's strict labels (by weight), so
  the sum of weights, and with it what the penalty means, stays, and a contract whose people use the ends of
  the scale more does not count for more. This is the scaled Bradley-Terry loss of Wang et al. 2024
  (arXiv:2410.01257), who found it better than no use of strength and than a margin.
- *margin*: the winner is to lead by s times the margin in log-odds (Touvron et al. 2023, arXiv:2307.09288,
  equation 2). Score differences are then no log-odds any more: they are too large by about the margin, and
  calibration shows it.

**ties**. *half*: target ½. *rao_kupper*: an outcome of its own, see `rampart.retrain.linear.objective`.
"""

import numpy as np
import polars as pl
import pyarrow as pa
from numpy.typing import NDArray

from rampart.retrain.linear.config import LinearConfig
from rampart.retrain.linear.objective import Comparisons
from rampart.retrain.texts import Texts

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]


def labelled(pairs: pa.Table, texts: Texts, config: LinearConfig) -> Comparisons:
    """`pairs` (m rows of `snapshot.PAIR`, at least one) as what is compared, under the choices above."""
    outcome: Floats = pairs["target"].to_numpy()
    weight: Floats = pairs["weight"].to_numpy()
    strict = (outcome == 0) | (outcome == 1)
    target = _agreed(pairs, texts, outcome, strict) if config.labels == "agreement" else outcome
    target = np.where(strict, target + config.flipped_share * (1 - 2 * target), target)
    strength = pairs["strength"].to_numpy().astype(np.float64)  # NaN where there is none
    told = strict & ~np.isnan(strength)
    margin = np.zeros(len(outcome))
    if config.strength == "margin":
        margin[told] = config.margin * strength[told]
    if config.strength == "weight":
        weight = _weighed(weight, strength, told, pairs["contract_id"].to_pylist())
    tied = (outcome == 0.5) & (config.ties == "rao_kupper")
    return Comparisons(texts.first, texts.second, target, weight, margin, tied)


def _agreed(pairs: pa.Table, texts: Texts, outcome: Floats, strict: Mask) -> Floats:
    """Outcomes of rows that speak for several judgements, drawn in to the share that agreed."""
    pair = {"low": np.minimum(texts.first, texts.second), "high": np.maximum(texts.first, texts.second)}
    batch = pl.DataFrame(pl.from_arrow(pairs.select(["contract_id", "week", "annotators", "agreement"])))
    rows = pl.len().over("contract_id", "week", "low", "high")
    told = batch.with_columns(**{name: pl.Series(ids) for name, ids in pair.items()}).select(
        joined=rows < pl.col("annotators"), share=pl.col("agreement").clip(0.5)
    )
    share = told["share"].to_numpy()  # NaN where there is none
    soft = told["joined"].to_numpy() & strict & ~np.isnan(share)
    return np.where(soft, np.where(outcome == 1, share, 1 - share), outcome)


def _weighed(weight: Floats, strength: Floats, told: Mask, contracts: list[str]) -> Floats:
    """`weight` times strength over its contract's mean; where that is 0, weights stay."""
    _, contract = np.unique(np.asarray(contracts, dtype=str), return_inverse=True)
    among = contract[told]
    asked = np.bincount(among, weight[told] * strength[told], contract.max() + 1)
    mean = asked / np.maximum(np.bincount(among, weight[told], contract.max() + 1), np.finfo(float).tiny)
    scaled = weight.copy()
    scaled[told] *= np.where(mean[among] > 0, strength[told] / np.where(mean > 0, mean, 1)[among], 1)
    return scaled
