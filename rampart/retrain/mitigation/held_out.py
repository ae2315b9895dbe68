r"""What a mitigation does to the embedded reward model: trained twice, judged on prompts neither has seen.

**Model.** One model is trained on the labels as delivered and one on what an offer would train on
(`quality.mitigation`), on the prompts of the training side of the permanent split
(`rampart.retrain.snapshot.split_of`). Each held-out strict comparison $i$ is right or wrong under either;
the figures are the weighted means of both and of their difference, with intervals from whole prompts
resampled (`rampart.retrain.bootstrap`). *Not distinguishable* means that the interval of the difference
holds 0.

**Judged twice.** Held-out labels come from the same people. Where they lean on a feature, a model that
stopped leaning on it loses accuracy on them and is no worse for it. So every difference is given on the
labels as delivered and on the same comparisons under the propensity weights, in which the lean is not to be
had; only known answers (a simulated world, gold questions) could settle it.

**What it does not say.** What another batch would train: the interval is about these two models, on prompts
like the held-out ones. How a model that understands what it reads would change: this one sees words and
style. K-wise judgements train on all their pairs here, whatever the contract's rule draws.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from quality.mitigation.offer import Offer, Training
from rampart.retrain.bootstrap import Estimate, clustered_mean
from rampart.retrain.config import LinearConfig
from rampart.retrain.evaluate import correctness
from rampart.retrain.linear.train import train
from rampart.retrain.snapshot import PAIR, rendered, split_expr
from rampart.retrain.texts import texts_of

Floats = NDArray[np.float64]

_USUAL = LinearConfig()
# What a trainer on words and style does not look at; these pairs are no dataset and are kept nowhere.
_UNTOLD = {
    "vendor": pl.lit(""),
    "domain": pl.lit(None, pl.String),
    "language": pl.lit(None, pl.String),
    "strength": pl.lit(None, pl.Float64),
    "group_size": pl.lit(2, pl.Int32),
    "annotators": pl.lit(1, pl.Int32),
    "agreement": pl.lit(None, pl.Float64),
    "on_policy": pl.lit(None, pl.Boolean),
    "anchor": pl.lit(value=False),
}
SEED = 0  # of the resamples


@dataclass(frozen=True)
class HeldOut:
    """Held-out accuracy (0..1) without and with a mitigation, and the difference, with less without."""

    before: Estimate
    after: Estimate
    difference: Estimate
    n_pairs: int
    n_prompts: int

    @property
    def distinguishable(self) -> bool:
        """Does the interval of the difference leave 0 out?"""
        low, high = self.difference.low, self.difference.high
        return low is not None and high is not None and (low > 0 or high < 0)

    @property
    def sentence(self) -> str:
        """The difference in words."""
        gap = self.difference
        between = "" if gap.low is None or gap.high is None else f" ({gap.low:+.1%} to {gap.high:+.1%})"
        told = f"{self.before.value:.1%} before, {self.after.value:.1%} after, {gap.value:+.1%}{between}"
        on = f"{self.n_pairs:,} held-out comparisons of {self.n_prompts:,} prompts"
        return f"{told} on {on}{'' if self.distinguishable else '; not distinguishable at this holdout'}"


@dataclass(frozen=True)
class Effect:
    """One offer's effect, on held-out labels as delivered and on those same comparisons balanced.

    `balanced` is None where no propensities could be had.
    """

    delivered: HeldOut
    balanced: HeldOut | None


def effects(
    frame: pl.DataFrame, offers: Sequence[Offer], config: LinearConfig = _USUAL
) -> Mapping[str, Effect]:
    """Offer's name → its effect, for every offer that would train on something else.

    Args:
        frame: the comparisons that the offers were made of.
        offers: from `quality.mitigation.every.offers`.
        config: how to train.

    Returns:
        Nothing where the split leaves either side without a strict comparison.
    """
    trained = {offer.name: offer.training for offer in offers if offer.training is not None}
    if not trained or not splits(frame):
        return {}
    outcome = frame["outcome"].to_numpy()
    plain = margins(frame, Training(np.ones(frame.height), outcome), config)
    balance = trained.get("propensity_weights")
    found: dict[str, Effect] = {}
    for name, training in trained.items():
        after = margins(frame, training, config)
        delivered = compared(frame, plain, after, outcome)
        weighed = None if balance is None else compared(frame, plain, after, outcome, balance.weight)
        found[name] = Effect(delivered, weighed)
    return found


def splits(frame: pl.DataFrame) -> bool:
    """Is there a strict comparison with two different texts on either side of the split?"""
    usable = _usable(frame) & frame["outcome"].is_in([0.0, 1.0])
    return bool(frame.filter(usable).select(_split().n_unique()).item() == 2)


def margins(frame: pl.DataFrame, training: Training, config: LinearConfig = _USUAL) -> Floats:
    """(n,) first score less second of held-out comparisons, by a model trained on the others; NaN elsewhere.

    Args:
        frame: comparisons (`rampart.records.comparisons`).
        training: the weights and labels to train on; held-out comparisons keep out of it.
        config: how to train.
    """
    pairs = _pairs(frame, training)
    usable = _usable(frame).to_numpy()
    held = usable & (pairs["split"] == "holdout").to_numpy()
    taught = usable & ~held & (training.weight > 0)
    model, _ = train(pairs.filter(pl.Series(taught)).to_arrow().cast(PAIR), config)
    texts = texts_of(pairs.filter(pl.Series(held)).to_arrow().cast(PAIR))
    scores = model.score(texts.prompts, texts.responses)
    found = np.full(frame.height, np.nan)
    found[held] = scores[texts.first] - scores[texts.second]
    return found


def compared(
    frame: pl.DataFrame, before: Floats, after: Floats, answers: Floats, weight: Floats | None = None
) -> HeldOut:
    """Hold two models' margins against strict answers.

    Args:
        frame: comparisons (`rampart.records.comparisons`).
        before: (n,) margins, NaN where a comparison is not held out.
        after: (n,) likewise, of the other model.
        answers: (n,) 1 where the first response is the better one, 0 where the second is; others are left
            out.
        weight: (n,) factor on each comparison's weight; None: 1.

    Raises:
        ValueError: when no strict answer is held out.
    """
    held = ~np.isnan(before) & np.isin(answers, [0.0, 1.0])
    factor = np.ones(frame.height) if weight is None else weight
    weights = (frame["weight"].to_numpy() * factor)[held]
    prompts = frame.filter(pl.Series(held))["prompt_key"]
    one, other = (correctness(each[held], answers[held]) for each in (before, after))
    without, with_it, difference = (
        clustered_mean(each, weights, prompts.to_list(), SEED) for each in (one, other, other - one)
    )
    return HeldOut(without, with_it, difference, len(one), prompts.n_unique())


def _pairs(frame: pl.DataFrame, training: Training) -> pl.DataFrame:
    """`frame` as a table of training pairs, row for row; texts that are missing are empty."""
    text = pl.col("prompt") if frame.schema["prompt"] == pl.String else rendered(pl.col("prompt"))
    return frame.select(
        "prompt_key",
        text.fill_null("").alias("prompt"),
        pl.col("first", "second").fill_null(""),
        pl.Series("target", training.target),
        weight=pl.col("weight") * pl.Series(training.weight),
        contract_id=pl.lit(""),
        week=pl.lit(0, dtype=pl.Int32),
        split=_split(),
        group=pl.col("record_id"),
        **_UNTOLD,
    )


def _split() -> pl.Expr:
    return split_expr(pl.col("prompt_key"))


def _usable(frame: pl.DataFrame) -> pl.Series:
    """Both texts are there, and differ; as in a snapshot."""
    return frame.select((pl.col("first") != pl.col("second")).fill_null(value=False)).to_series()
