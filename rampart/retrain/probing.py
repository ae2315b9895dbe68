"""What a fresh reward model rewards that nobody paid for: probed on held-out prompts, after every training.

Each change below touches one property of a response and leaves what it says alone, so a model that prefers
the changed text has learned the property itself (`quality.audits.probes.perturbation`). RM-Bench's matrix
needs answers written in three styles, which a vendor's pairs are not; it is not made here.
"""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from quality.audits.probes.length import length_correlation
from quality.audits.probes.perturbation import perturbation
from quality.audits.probes.prefix import prefix_sensitivity
from quality.audits.probes.scorer import Probed
from rampart.retrain.backend import Scorer
from rampart.retrain.digests import seed_of
from rampart.retrain.texts import texts_of

MOST_PAIRS = 1_000  # held-out pairs that are probed: enough for an interval of ± 3 points, at little cost
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+")


def _longer(text: str) -> str:
    return f"{text}\n\nThat is what there is to say about this, as far as the question goes."


def _listed(text: str) -> str:
    return "\n".join(f"- {sentence}" for sentence in _SENTENCE_END.split(text))


def _flattering(text: str) -> str:
    return f"What a great question! {text}"


CHANGES: Mapping[str, Callable[[str], str]] = {
    "length": _longer,
    "lists": _listed,
    "flattery": _flattering,
}


@dataclass(frozen=True)
class Probe:
    """A figure over prompts with its 95 % interval; None where the held-out pairs cannot tell."""

    value: float | None
    low: float | None
    high: float | None
    prompts: int


@dataclass(frozen=True)
class Probes:
    """What was found on `pairs` held-out pairs.

    `length_correlation`: mean within-prompt rank correlation of score and length (-1..1, 0 is none).
    `prefix_flips`: share of pairs whose winner changes with a greeting before the prompt (0 is none).
    `skew`: by property, how often the text with more of it scores higher (1/2 is none).
    """

    pairs: int
    length_correlation: Probe
    prefix_flips: Probe
    skew: Mapping[str, Probe]

    @property
    def metrics(self) -> dict[str, float]:
        """The figures that could be had, by the names they are booked under."""
        found = {"length_correlation": self.length_correlation, "prefix_flips": self.prefix_flips}
        found |= {f"{name}_skew": probe for name, probe in self.skew.items()}
        return {name: probe.value for name, probe in found.items() if probe.value is not None}


def probe(scorer: Scorer, holdout: pa.Table, digest: str) -> Probes:
    """Probe a reward model.

    Args:
        scorer: the model.
        holdout: held-out pairs (`snapshot.PAIR`); of many a sample drawn by `digest`.
        digest: of the snapshot, so that the same training gives the same figures.
    """
    if holdout.num_rows > MOST_PAIRS:
        drawn = np.random.default_rng(seed_of(digest)).choice(holdout.num_rows, MOST_PAIRS, replace=False)
        holdout = holdout.take(pa.array(np.sort(drawn)))
    texts = texts_of(holdout)
    prompts = [texts.prompts[place] for place in texts.first]
    first, second = ([texts.responses[place] for place in side] for side in (texts.first, texts.second))
    return Probes(
        holdout.num_rows,
        _told(length_correlation(scorer.score, texts.prompts, texts.responses)),
        _told(prefix_sensitivity(scorer.score, prompts, first, second).flips),
        {
            name: _told(perturbation(scorer.score, prompts, first, [change(text) for text in first]).skew)
            for name, change in CHANGES.items()
        },
    )


def _told(probed: Probed) -> Probe:
    value, low, high = (
        None if math.isnan(figure) else figure for figure in (probed.value, probed.low, probed.high)
    )
    return Probe(value, low, high, probed.prompts)
