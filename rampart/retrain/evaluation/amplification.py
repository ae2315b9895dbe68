r"""What the data lean on, and what the model made of it.

**Model.** For a feature of a response (length, lists, hedging; `quality.audits.features`), over strict
comparisons whose sides differ in it: *data* is the share of training comparisons won by the side with more,
*model* the share of held-out comparisons in which the model scores that side higher, *people* what people
preferred on those same ones. Intervals are cluster-robust by prompt. Training and held-out prompts are
different ones, so

$$\widehat{model} - \widehat{data}, \qquad V = V_{model} + V_{data},$$

and the *ratio* of the leans, $(model - 1/2) / (data - 1/2)$, has Fieller's interval (Fieller 1954,
doi:10.1111/j.2517-6161.1954.tb00159.x); there is none where the data's lean is not told from 0.

**Why it matters.** A reward model learns the part of a preference that is easy to see, and a policy is then
trained on that (Bharadwaj, Malaviya, Joshi & Yatskar 2025, arXiv:2506.05339, trace what models prefer to what
wins in their data).

**Read with care.** A model says which side is better and never how often, so a win rate sharpens: one that
knew people to prefer longer texts in 60 % of all pairs, whatever else is in them, would prefer them in all.
*stated* is the mean probability that the model gives to the side with more, which does not sharpen: a
calibrated model's is that of the people. Both are associations: the side with more of a feature may be the
better one for other reasons, in the data as in the model; the probes change one thing at a time.

**What it does not say.** What the batch audits say of whole batches, with annotators as clusters too: those
intervals are the ones that contracts judge by. The intervals here are each for itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt
from typing import Literal

import numpy as np
import polars as pl
import pyarrow as pa
from scipy import stats
from scipy.special import expit

from quality.audits.features.catalogue import ALL
from quality.audits.features.feature import Feature
from quality.audits.features.measuring import deltas
from quality.intervals.clustered_estimate import clustered_estimate
from rampart.retrain.bootstrap import FEWEST_CLUSTERS, Estimate
from rampart.retrain.digests import seed_of
from rampart.retrain.evaluation.accuracy import Floats

MOST_PAIRS = 5_000  # comparisons of either side that are measured: enough for ± 1.5 points
HALF = 0.5
_Z = float(stats.norm.ppf(0.975))

Outcome = Literal["amplified", "in line", "weaker", "reversed", "only in the model", "not_testable"]


@dataclass(frozen=True)
class Lean:
    """How often the side with more of a feature won, 0..1, with its 95 % interval."""

    share: Estimate
    standard_error: float
    n_pairs: int
    n_prompts: int


@dataclass(frozen=True)
class Amplification:
    """One feature in the data and in the model, see the module; None is what could not be told.

    `outcome` compares the model's lean with the data's, `said` is the sentence.
    """

    feature: str
    group: str
    data: Lean | None
    model: Lean | None
    people: Lean | None
    stated: Lean | None
    difference: Estimate | None
    ratio: Estimate | None
    outcome: Outcome
    said: str


def amplification(
    training: pa.Table, holdout: pa.Table, margins: Floats, digest: str
) -> tuple[Amplification, ...]:
    """Every feature, in the order of the catalogue.

    Args:
        training: strict pairs that were trained on (`snapshot.PAIR`).
        holdout: m strict held-out pairs.
        margins: shape (m,), score of the first response less that of the second.
        digest: of the snapshot; it draws the sample where there are many pairs.
    """
    taken = _sample(training.num_rows, digest), _sample(holdout.num_rows, digest)
    learnt, held = (
        _Measured.of(table.take(pa.array(rows)))
        for table, rows in zip((training, holdout), taken, strict=True)
    )
    drawn = margins[taken[1]]
    likes: Mapping[str, Floats] = {
        "model": (np.sign(drawn) + 1) / 2,
        "people": held.won,
        "stated": np.asarray(expit(drawn), dtype=np.float64),
    }
    return tuple(
        _compared(
            feature,
            learnt.lean(feature.name, learnt.won),
            {name: held.lean(feature.name, first) for name, first in likes.items()},
        )
        for feature in ALL
        if feature.level == "text"
    )


@dataclass(frozen=True, eq=False)
class _Measured:
    """Pairs with their features: `more` is the first response's figure less the second's."""

    more: pl.DataFrame
    won: Floats  # 1 where the first response won
    weights: Floats
    prompts: np.ndarray

    @classmethod
    def of(cls, pairs: pa.Table) -> "_Measured":
        columns = ["first", "second", *(["language"] if "language" in pairs.column_names else [])]
        frame = pl.DataFrame(pl.from_arrow(pairs.select(columns)))
        keys = np.asarray(pairs["prompt_key"].to_pylist(), dtype=str)
        return cls(
            deltas(frame, [feature for feature in ALL if feature.level == "text"]),
            pairs["target"].to_numpy(),
            pairs["weight"].to_numpy(),
            np.unique(keys, return_inverse=True)[1],
        )

    def lean(self, feature: str, first: Floats) -> Lean | None:
        """How often the side with more of `feature` was preferred, `first` saying how much the first was."""
        more = self.more[feature].fill_null(0.0).to_numpy()
        differ = more != 0
        prompts = self.prompts[differ]
        n_prompts = len(np.unique(prompts))
        if n_prompts < FEWEST_CLUSTERS:
            return None
        wins = np.where(more > 0, first, 1 - first)[differ]
        weights = self.weights[differ] / self.weights[differ].sum()
        share = float(weights @ wins)
        found = clustered_estimate(share, weights * (wins - share), {"prompt": prompts})
        if found is None:
            return None
        bounds = max(0.0, found.low), min(1.0, found.high)
        return Lean(Estimate(share, *bounds), found.standard_error, int(differ.sum()), n_prompts)


def _sample(rows: int, digest: str) -> np.ndarray:
    if rows <= MOST_PAIRS:
        return np.arange(rows)
    return np.sort(np.random.default_rng(seed_of(digest)).choice(rows, MOST_PAIRS, replace=False))


def _compared(feature: Feature, data: Lean | None, held: Mapping[str, Lean | None]) -> Amplification:
    model, said = held["model"], f"The response {feature.says}"
    parts = (data, model, held["people"], held["stated"])
    if data is None or model is None:
        side = "training" if data is None else "held-out"
        why = f"{said}: the {side} comparisons that differ in it have fewer than {FEWEST_CLUSTERS} prompts."
        return Amplification(feature.name, feature.group, *parts, None, None, "not_testable", why)
    gap = difference(model, data)
    outcome = _outcome(data, model, gap)
    figures = f"won {data.share.value:.1%} of training comparisons, and the model prefers it in"
    sentence = f"{said} {figures} {model.share.value:.1%} of held-out ones: {_WORDS[outcome]}."
    return Amplification(feature.name, feature.group, *parts, gap, ratio(model, data), outcome, sentence)


def difference(model: Lean, data: Lean) -> Estimate:
    """The model's share less the data's, in -1..1, on different prompts."""
    value = model.share.value - data.share.value
    half = _Z * sqrt(model.standard_error**2 + data.standard_error**2)
    return Estimate(value, value - half, value + half)


def ratio(model: Lean, data: Lean) -> Estimate | None:
    """How many times as far from 1/2 the model's share is as the data's; None where the data's may be 1/2.

    Fieller's interval: those r at which model - r · data is not told from 0.
    """
    a, b = model.share.value - HALF, data.share.value - HALF
    known = b**2 - (_Z * data.standard_error) ** 2
    if known <= 0:
        return None
    spread = sqrt((a * b) ** 2 - known * (a**2 - (_Z * model.standard_error) ** 2))
    return Estimate(a / b, (a * b - spread) / known, (a * b + spread) / known)


def leans(share: Estimate) -> int:
    """1 or -1 where the interval leaves 1/2 out, above or below; else 0."""
    if share.low is None or share.high is None:
        return 0
    return int(share.low > HALF) - int(share.high < HALF)


def _outcome(data: Lean, model: Lean, gap: Estimate) -> Outcome:
    in_data, in_model = leans(data.share), leans(model.share)
    if gap.low is None or gap.high is None or gap.low <= 0 <= gap.high:
        return "in line"
    if in_data == 0:
        return "only in the model" if in_model else "in line"
    if in_model == -in_data:
        return "reversed"
    return "amplified" if (gap.value > 0) == (in_data > 0) else "weaker"


_WORDS: Mapping[Outcome, str] = {
    "amplified": "the model leans further than its data",
    "in line": "no difference can be told",
    "weaker": "the model leans less than its data",
    "reversed": "the model leans the other way",
    "only in the model": "the model leans where its data were not found to",
}
