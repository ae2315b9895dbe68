"""What the choices about labels do, on judges whose truth is known.

Judges see the worth of two responses (good words less bad ones) with logistic noise, and say how much better
one is, in three steps, or that neither is. Each choice trains on the same judgements and is held against
`ignore`, which looks at no strength and takes a tie as half a win: the difference in how often an unseen
pair is ordered by true worth, over worlds, with Student's 95 % interval. The default has to be no worse.
"""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from scipy import stats

from benchmarks.retraining.part import Bar, Part
from rampart.retrain.linear.config import LinearConfig
from rampart.retrain.linear.train import train
from rampart.retrain.run import margins_of
from rampart.retrain.snapshot import PAIR

WORLDS, QUICK_WORLDS = 12, 3
JUDGEMENTS, QUICK_JUDGEMENTS = 800, 300
UNSEEN = 600
NOISE = 2.0  # of the judges, in good words
STEPS = (0.5, 2.0, 4.5)  # of the difference seen: below the first a tie, above the last as strong as can be
MOST_LOST = 0.02  # of accuracy by the default, at the low end of the interval of all worlds

GOOD = ("clear", "precise", "helpful", "correct", "sourced")
BAD = ("vague", "wrong", "rambling", "rude", "invented")
REST = tuple(f"word{i}" for i in range(300))

CHOICES = {
    "ignore": LinearConfig(strength="ignore"),
    "weight": LinearConfig(),
    "margin 1": LinearConfig(strength="margin", margin=1.0),
    "margin 3": LinearConfig(strength="margin", margin=3.0),
    "Rao-Kupper": LinearConfig(strength="ignore", ties="rao_kupper"),
    "flipped 10 %": LinearConfig(strength="ignore", flipped_share=0.1),
}


@dataclass(frozen=True)
class Against:
    """How far a choice is ahead of `ignore`, in accuracy, with its interval."""

    accuracy: float
    ahead: float
    low: float
    high: float


def measure(quick: bool) -> Part:
    """Train every choice in every world."""
    worlds, judgements = (QUICK_WORLDS, QUICK_JUDGEMENTS) if quick else (WORLDS, JUDGEMENTS)
    right = {name: np.zeros(worlds) for name in CHOICES}
    for seed in range(worlds):
        random = np.random.default_rng(seed)
        taught, _ = judged(random, judgements)
        unseen, ahead = judged(random, UNSEEN)
        decided = ahead != 0
        for name, choice in CHOICES.items():
            model, _ = train(taught, choice)
            right[name][seed] = np.mean(((margins_of(model, unseen) > 0) == (ahead > 0))[decided])
    return told({name: _against(found, right["ignore"]) for name, found in right.items()}, worlds, quick)


def _against(found: NDArray[np.float64], base: NDArray[np.float64]) -> Against:
    ahead = found - base
    reach = float(stats.t.ppf(0.975, len(ahead) - 1) * ahead.std(ddof=1) / np.sqrt(len(ahead)))
    mean = float(ahead.mean())
    return Against(float(found.mean()), mean, mean - reach, mean + reach)


def told(found: dict[str, Against], worlds: int, quick: bool) -> Part:
    """The choices as a part; of few worlds the interval is too wide, and the mean is held to a wider bar."""
    lines = tuple(
        f"{name}: {one.accuracy:.3f}, {100 * one.ahead:+.1f} points "
        f"({100 * one.low:+.1f} to {100 * one.high:+.1f})"
        for name, one in found.items()
    )
    default = found["weight"]
    lost = -default.ahead if quick else -default.low
    figures: dict[str, Any] = {
        "worlds": worlds,
        "choices": {
            name: {key: round(value, 4) for key, value in asdict(one).items()} for name, one in found.items()
        },
    }
    limit = 2 * MOST_LOST if quick else MOST_LOST
    return Part(lines, figures, (Bar("accuracy lost by weighing", lost, "at most", limit),))


def judged(random: np.random.Generator, n: int) -> tuple[pa.Table, NDArray[np.int64]]:
    """`n` judgements of as many prompts (`snapshot.PAIR`), and the worth the first response is ahead by."""
    rows, ahead = [], np.zeros(n, dtype=np.int64)
    for number in range(n):
        (first, worth), (second, other) = _response(random), _response(random)
        ahead[number] = worth - other
        seen = ahead[number] + NOISE * random.logistic()
        step = int(np.digitize(abs(seen), STEPS))
        rows.append(
            {
                **{"prompt_key": f"{number:064x}", "prompt": f"user: question {number}"},
                **{"first": first, "second": second, "target": float(seen > 0) if step else 0.5},
                **{"weight": 1.0, "contract_id": "judged", "week": 1, "split": "train"},
                **{"group": str(number), "vendor": "judges", "strength": step / len(STEPS)},
                **{"group_size": 2, "annotators": 1, "anchor": False},
            }
        )
    return pa.Table.from_pylist(rows, schema=PAIR), ahead


def _response(random: np.random.Generator) -> tuple[str, int]:
    good, bad = random.integers(0, 6, 2)
    words = [*random.choice(GOOD, good), *random.choice(BAD, bad), *random.choice(REST, 12)]
    random.shuffle(words)
    return " ".join(words), int(good - bad)
