"""The policy under training: it writes responses whose worth lies in their words.

A response's latent utility is the sum of the levels of its graded phrases, of its key fact (right or wrong)
and of the prompt's points it comes back to, times `UTILITY_SCALE`. Padding makes it longer and is worth
nothing, so length can be told apart from quality. Later checkpoints choose better words; none is perfect.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from simulator.lexicon import LEVEL_UTILITY, Kind, lexicon
from simulator.prompts import Prompt
from simulator.world import checkpoint

SENTENCES = 5  # graded sentences a response: the same for all, so that they do not carry length
MAX_PADDING = 7
FACT_UTILITY = 0.7
POINT_UTILITY = 0.25
# Brings the standard deviation of the utility difference of two responses near 1.3.
UTILITY_SCALE = 0.65


@dataclass(frozen=True)
class Response:
    """A response and the truth about it. `claimed` is the checkpoint it is said to come from."""

    content: str
    claimed: str
    utility: float


@dataclass(frozen=True)
class Policy:
    """The checkpoint of one week."""

    week: int

    @property
    def level_shares(self) -> npt.NDArray[np.float64]:
        """Probability of each level of `LEVEL_UTILITY`, worst first."""
        weights = np.exp(0.18 * (self.week - 1) * np.array(LEVEL_UTILITY))
        return np.asarray(weights / weights.sum())

    @property
    def fact_share(self) -> float:
        """Probability that the key fact is right."""
        return 0.50 + 0.05 * self.week

    def respond(self, rng: np.random.Generator, prompts: list[Prompt]) -> list[tuple[Response, Response]]:
        """Two independent responses to every prompt, in the order they are shown."""
        one, other = (self._once(rng, prompts) for _ in range(2))
        return list(zip(one, other, strict=True))

    def _once(self, rng: np.random.Generator, prompts: list[Prompt]) -> list[Response]:
        n, kinds = len(prompts), lexicon().kinds
        order = rng.random((n, len(kinds))).argsort(axis=1)[:, :SENTENCES].tolist()
        levels = rng.choice(len(LEVEL_UTILITY), (n, SENTENCES), p=self.level_shares).tolist()
        words = rng.random((n, SENTENCES, 2)).tolist()
        right = (rng.random(n) < self.fact_share).tolist()
        covered = (rng.random((n, 2)) < 0.5).tolist()
        padding = rng.integers(0, MAX_PADDING + 1, n).tolist()
        where = rng.random((n, MAX_PADDING, 2)).tolist()
        name = checkpoint(self.week)
        written = []
        for i, prompt in enumerate(prompts):
            graded = [
                _graded(kinds[kind], level, numbers, prompt.fact.topic)
                for kind, level, numbers in zip(order[i], levels[i], words[i], strict=True)
            ]
            body = [_fact(prompt, right[i]), *graded, *_points(prompt, covered[i])]
            text = " ".join(_padded(body, where[i][: padding[i]]))
            worth = (
                sum(LEVEL_UTILITY[level] for level in levels[i])
                + FACT_UTILITY * (1 if right[i] else -1)
                + POINT_UTILITY * sum(covered[i][: len(prompt.points)])
            )
            written.append(Response(text, name, UTILITY_SCALE * worth))
        return written


def _graded(kind: Kind, level: int, numbers: list[float], topic: str) -> str:
    frame = kind.frames[int(numbers[0] * len(kind.frames))]
    phrases = kind.levels[level]
    phrase = phrases[int(numbers[1] * len(phrases))]
    return frame.format(phrase=phrase, Phrase=phrase[0].upper() + phrase[1:], topic=topic)


def _fact(prompt: Prompt, right: bool) -> str:
    fact = prompt.fact
    return f"The key point on {fact.topic} is this: {fact.right if right else fact.wrong}."


def _points(prompt: Prompt, covered: list[bool]) -> list[str]:
    # An uncovered point leaves a sentence of like length, so that coverage does not carry length either.
    return [
        f'The answer comes back to "{point}".' if named else "The answer leaves aside a smaller point."
        for point, named in zip(prompt.points, covered, strict=False)
    ]


def _padded(body: list[str], where: list[list[float]]) -> list[str]:
    sentences = list(body)
    padding = lexicon().padding
    for place, choice in where:
        sentences.insert(int(place * (len(sentences) + 1)), padding[int(choice * len(padding))])
    return sentences
