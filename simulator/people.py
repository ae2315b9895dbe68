"""Votes of honest people who differ, and of a few who do not do the work: arrays with known truth, no files.

Honest people differ in skill, in taste for each feature, in their lean to a side and in pace; none of that is
a fault. Of the others, ``swayed`` ones follow the first feature, ``careless`` ones toss a coin, ``one_sided``
ones lean to the side shown first.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import polars as pl

Numbers = npt.NDArray[np.float64]
Codes = npt.NDArray[np.intp]
Kind = Literal["swayed", "careless", "one_sided"]

SWAYED_BY = 1.5  # logits a standard deviation of the first feature
ONE_SIDED_BY = 2.0  # logits
TASTES = (0.2, 0.1, 0.0, 0.0, 0.05, 0.0, 0.0, 0.0)  # the crowd's, in logits a standard deviation
TASTE_SD = 0.15
LEAST_LOAD = 40  # comparisons of somebody who may be made a rogue
_ITEM_VOTES = 3
_GOLD = 0.3  # of which a third are clear enough for a key


@dataclass(frozen=True)
class Votes:
    """Strict votes on pairs; row r is of `items[r]` by `annotators[r]`, in the order of work.

    `features` (n, f) and `quality` (n,), a noisy proxy of the true difference, are first less second. `won`
    says whether the first won, `better` whether it is truly better, `gold` where the vendor's key knows that.
    `rogues` are codes of annotators.
    """

    items: Codes
    annotators: Codes
    won: Numbers
    features: Numbers
    quality: Numbers
    better: npt.NDArray[np.bool_]
    gold: npt.NDArray[np.bool_]
    seconds: Numbers
    rogues: Codes

    @property
    def frame(self) -> pl.DataFrame:
        """The votes as comparisons, as far as statistics of annotators look at them."""
        count = len(self.won)
        return pl.DataFrame(
            {
                "annotator_id": self.annotators.astype(str),
                "item_id": self.items.astype(str),
                "prompt_key": self.items.astype(str),
                "outcome": self.won,
                "weight": np.ones(count),
                "first_position": np.zeros(count, dtype=np.int64),
                "at": np.arange(count),
                "value": np.where(self.won == 1.0, "first", "second"),
            }
        )


def votes(
    rng: np.random.Generator, rogues: Sequence[Kind] = (), annotators: int = 60, count: int = 5000
) -> Votes:
    """`count` votes of `annotators` people, of whom as many as `rogues` names do as it says."""
    load = rng.lognormal(0.0, 1.0, annotators)
    who = rng.choice(annotators, count, p=load / load.sum())
    busy = np.flatnonzero(np.bincount(who, minlength=annotators) >= LEAST_LOAD)
    chosen = rng.choice(busy, len(rogues), replace=False).astype(np.intp)
    item = rng.permutation(np.arange(count) // _ITEM_VOTES)
    truth = rng.normal(size=item.max() + 1)
    features = rng.normal(size=(item.max() + 1, len(TASTES)))
    skill = 1.2 * rng.lognormal(0.0, 0.25, annotators)
    tastes = np.array(TASTES) + rng.normal(0.0, TASTE_SD, (annotators, len(TASTES)))
    side = rng.normal(0.0, TASTE_SD, annotators)
    for code, kind in zip(chosen, rogues, strict=True):
        if kind == "swayed":
            tastes[code, 0] += SWAYED_BY
        elif kind == "careless":
            skill[code], tastes[code], side[code] = 0.0, 0.0, 0.0
        else:
            side[code] += ONE_SIDED_BY
    # Each sees the pair's two responses on sides drawn anew.
    turn = rng.choice([-1.0, 1.0], count)
    gap, seen = turn * truth[item], turn[:, None] * features[item]
    leaning = skill[who] * gap + (tastes[who] * seen).sum(axis=1) + side[who]
    won = (leaning + rng.logistic(size=count) > 0).astype(np.float64)
    proxy = 0.7 * gap + np.sqrt(1 - 0.7**2) * turn * rng.normal(size=item.max() + 1)[item]
    pace = rng.normal(np.log(60.0), 0.3, annotators)[who] + rng.normal(0.0, 0.5, count)
    gold = rng.random(item.max() + 1) < _GOLD
    # A key is made of clear cases.
    clear = gold & (np.abs(truth) > 1.0)
    return Votes(
        item, who.astype(np.intp), won, seen, proxy, gap > 0, clear[item], np.exp(pace).round(1), chosen
    )
