"""A batch of which everything is known: who judged what, and what swayed them."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl

from quality.audits.features.catalogue import ALL
from quality.audits.features.measuring import Measured, measured
from quality.intervals.clustered_share import Codes, Numbers

FRAGMENTS = (
    "**Note** this point.",
    "- first item\n- second item\n",
    "# Heading\n",
    "What a great question!",
    "Nice 😀",
    "See https://a.example for more.",
    "Perhaps it might be so.",
    "It is certainly always true.",
    "It is important to note this.",
    "There are various things and several factors.",
    "Heteroscedasticity notwithstanding, internationalization matters.",
    "| a | b |\n",
    "```\ncode\n```\n",
)
OPENINGS = ("Sure", "Here is", "I think", "The answer", "Well", "Yes", "No", "It depends")
START = datetime(2026, 1, 5, tzinfo=UTC)


@dataclass(frozen=True)
class Crowd:
    """How a batch comes about; `slope_sd` is how much people's tastes differ, in logits, around none."""

    annotators: int = 40
    items: int = 500
    votes: int = 2
    slope_sd: float = 0.3
    load_sd: float = 0.5
    skill: float = 1.2
    tie_share: float = 0.1


def texts(rng: np.random.Generator, number: int) -> list[str]:
    """Texts in which each feature comes and goes."""
    found = []
    for _ in range(number):
        kept = [part for part in FRAGMENTS if rng.random() < 0.3]
        words = " ".join(["plain words of no account"] * int(rng.integers(1, 12)))
        found.append(f"{OPENINGS[rng.integers(len(OPENINGS))]} {words}.\n" + "\n".join(kept))
    return found


POOL = texts(np.random.default_rng(7), 400)
_ONCE = measured(pl.DataFrame({"first": POOL, "second": POOL}), ALL).first
NAMES = tuple(_ONCE.columns)
# On a scale of one standard deviation, so that a slope is in logits a standard deviation.
_SCALED = _ONCE.select((pl.all() - pl.all().mean()) / pl.all().std()).to_numpy()


def batch(
    rng: np.random.Generator, crowd: Crowd = Crowd(), sway: dict[str, float] | None = None
) -> tuple[pl.DataFrame, Measured]:
    """Comparisons with every column, and their features; `sway` maps a feature to everybody's mean slope."""
    n = crowd.items * crowd.votes
    item = np.repeat(np.arange(crowd.items), crowd.votes)
    load = rng.lognormal(0, crowd.load_sd, crowd.annotators)
    # The people of an item are distinct: loads with Gumbel noise, the largest few (Efraimidis & Spirakis).
    keys = np.log(load) + rng.gumbel(size=(crowd.items, crowd.annotators))
    chosen = np.argsort(-keys, axis=1)
    annotator = chosen[:, : crowd.votes].ravel()
    one, other = (rng.integers(0, len(POOL), crowd.items) for _ in range(2))
    other = np.where(one == other, (other + 1) % len(POOL), other)
    swap = rng.random(n) < 0.5
    first, second = np.where(swap, other[item], one[item]), np.where(swap, one[item], other[item])
    mean = np.array([(sway or {}).get(name, 0.0) for name in NAMES])
    slopes = mean + crowd.slope_sd * rng.normal(size=(crowd.annotators, len(NAMES))) / np.sqrt(len(NAMES) / 4)
    delta = _SCALED[first] - _SCALED[second]
    side = np.where(swap, -1, 1)
    gap, agreement = side * rng.normal(size=crowd.items)[item], side * rng.integers(-1, 2, crowd.items)[item]
    place, agreeing, ties = crowd.slope_sd * rng.normal(size=(3, crowd.annotators))
    skill = crowd.skill * rng.lognormal(0, 0.25, crowd.annotators)

    def votes(who: Codes) -> Numbers:
        taste = np.sum(slopes[who] * delta, axis=1) + place[who] + agreeing[who] * agreement
        strict = (skill[who] * gap + taste + rng.logistic(size=n) > 0).astype(float)
        share = max(crowd.tie_share, 1e-9)
        tie = 1 / (1 + np.exp(-(np.log(share / (1 - share)) + ties[who])))
        return np.where(rng.random(n) < tie, 0.5, strict)

    outcome, peer = votes(annotator), votes(chosen[item, crowd.votes])
    name = np.array([f"a{number}" for number in range(crowd.annotators)])
    frame = pl.DataFrame(
        {
            "record_id": [f"r{number}" for number in range(n)],
            "item_id": [f"i{number}" for number in item],
            "annotator_id": name[annotator],
            "prompt_key": [f"p{number}" for number in item],
            "prompt": [f"prompt {number}" for number in item],
            "first": np.array(POOL)[first],
            "second": np.array(POOL)[second],
            "first_checkpoint": pl.Series([None] * n, dtype=pl.String),
            "second_checkpoint": pl.Series([None] * n, dtype=pl.String),
            "first_position": np.zeros(n, dtype=np.int64),
            "second_position": np.ones(n, dtype=np.int64),
            "outcome": outcome,
            "weight": np.ones(n),
            "language": ["en"] * n,
            "prompt_author_id": np.where(rng.random(n) < 0.4, name[annotator], "nobody"),
            "submitted_at": [START + timedelta(days=7 * int(week)) for week in rng.integers(0, 2, n)],
            "known": np.where(rng.random(n) < 0.4, (gap > 0).astype(float), np.nan),
            "peer": peer,  # what somebody else said of the pair, who is not in the batch with it
            "judge": np.where(gap + 0.7 * rng.logistic(size=n) > 0, 1.0, 0.0),
            "agreement": agreement.astype(float),
        }
    ).with_columns(pl.col("known").fill_nan(None))
    both = [pl.DataFrame(_ONCE[codes.tolist()]) for codes in (first, second)]
    between = pl.DataFrame({each: both[0][each] - both[1][each] for each in NAMES})
    return frame, Measured(both[0], both[1], between)
