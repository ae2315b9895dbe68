"""The people who judge: how well they see quality, how fast they work, what else sways them.

A judgement is a logistic random-utility choice (Luce 1959; McFadden 1974): the leaning towards the first
response is `skill` x utility gap + tilts + a standard logistic draw, and its sign is the choice.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from simulator.work import Item

# A difference of this many characters carries most of a length tilt.
LENGTH_SCALE = 120.0


@dataclass(frozen=True)
class Annotator:
    """One annotator.

    `skill` is in logits a unit of utility, `median_s` in seconds, `length_tilt` and `position_tilt` in logits
    towards the longer and the first shown response.
    """

    name: str
    skill: float
    median_s: float
    length_tilt: float = 0.0
    position_tilt: float = 0.0


def crowd(
    rng: np.random.Generator,
    prefix: str,
    size: int,
    *,
    skill: float,
    length_tilt: float = 0.0,
    position_tilt: float = 0.0,
) -> tuple[Annotator, ...]:
    """`size` annotators around a median `skill`, with median paces of 40 to 90 s; tilts vary by a third."""
    skills = skill * rng.lognormal(0.0, 0.25, size)
    paces = rng.uniform(40.0, 90.0, size)
    swayed = rng.uniform(0.67, 1.33, (2, size))
    return tuple(
        Annotator(
            f"{prefix}-{i + 1:02d}",
            float(skills[i]),
            float(paces[i]),
            length_tilt * float(swayed[0, i]),
            position_tilt * float(swayed[1, i]),
        )
        for i in range(size)
    )


def leanings(rng: np.random.Generator, items: list[Item], who: list[Annotator]) -> npt.NDArray[np.float64]:
    """How far each judgement leans to the first response, in logits; positive: the first is chosen."""
    gap = np.array([item.gap for item in items])
    longer = np.array([len(item.responses[0].content) - len(item.responses[1].content) for item in items])
    skill = np.array([annotator.skill for annotator in who])
    length_tilt = np.array([annotator.length_tilt for annotator in who])
    position_tilt = np.array([annotator.position_tilt for annotator in who])
    tilt = length_tilt * np.tanh(longer / LENGTH_SCALE) + position_tilt
    return np.asarray(skill * gap + tilt + rng.logistic(size=len(items)))


def durations_s(rng: np.random.Generator, who: list[Annotator]) -> npt.NDArray[np.float64]:
    """Lognormal judgement times in seconds, to a tenth; never under a tenth of the median."""
    medians = np.array([annotator.median_s for annotator in who])
    return np.maximum(medians / 10, medians * rng.lognormal(0.0, 0.35, len(who))).round(1)
