"""English-like text from pools of clauses: cheap to draw by the million, and never alike by chance."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

POOL = 40_000  # clauses of a kind; two of a kind make a sentence, so 1.6 x 10^9 sentences
_SLOT = re.compile(r"\{(\w)\}")
_AN = re.compile(r"\b([Aa])(?= (?:[aeio]|u(?!s)|honest))")  # an apple, a usual one
Numbers = npt.NDArray[np.int64]


Slots = Mapping[str, Sequence[str]]


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parent / name).read_text("utf-8"))


@cache
def _english() -> tuple[Slots, Mapping[str, list[str]]]:
    """Words by slot, and templates by kind."""
    read = _read("words.toml")
    nouns, adjectives, verbs, adverbs = (
        read.pop(name).split() for name in ("nouns", "adjectives", "verbs", "adverbs")
    )
    both = [verb.split("/") for verb in verbs]
    third, participles = [one for one, _ in both], [other for _, other in both]
    return {"n": nouns, "a": adjectives, "v": third, "p": participles, "r": adverbs}, read


@cache
def _foreign() -> Mapping[str, tuple[Slots, list[str]]]:
    return {
        language: (
            {"n": of["nouns"].split(), "a": of["adjectives"].split(), "v": of["verbs"].split()},
            of["sentences"],
        )
        for language, of in _read("foreign.toml").items()
    }


def clauses(rng: np.random.Generator, templates: Sequence[str], slots: Slots, count: int) -> list[str]:
    """`count` clauses made from `templates`, in turn, their slots filled with words of `slots`."""
    made: list[list[str]] = []
    for template in templates:
        many = -(-count // len(templates))
        first, *rest = _SLOT.split(template)
        columns = [_drawn(rng, slots[slot], many) for slot in rest[::2]]
        joints = rest[1::2]
        made.append(
            [
                first + "".join(word + joint for word, joint in zip(words, joints, strict=True))
                for words in zip(*columns, strict=True)
            ]
        )
    return [_AN.sub(r"\1n", clause) for turn in zip(*made, strict=True) for clause in turn][:count]


def _drawn(rng: np.random.Generator, words: Sequence[str], count: int) -> list[str]:
    return [words[number] for number in rng.integers(0, len(words), count).tolist()]


class Prose:
    """Texts of one seed. Every call draws anew from `rng`."""

    def __init__(self, seed: int) -> None:
        rng = np.random.default_rng([seed, 0])
        slots, templates = _english()
        kinds = ("heads", "tails", "questions", "asides")
        pools = {name: clauses(rng, templates[name], slots, POOL) for name in kinds}
        self._heads = pools["heads"]
        # Now and then a paragraph ends; blanks at a text's end are cut off.
        ends = rng.choice([" ", " ", " ", " ", "\n", "\n\n"], POOL).tolist()
        self._tails = [tail + end for tail, end in zip(pools["tails"], ends, strict=True)]
        self._plain_tails = pools["tails"]
        self._questions, self._asides = pools["questions"], pools["asides"]

    def responses(self, rng: np.random.Generator, count: int, sentences: float = 2.8) -> list[str]:
        """Texts of a few sentences; their number is lognormal around `sentences`, at most 20."""
        lengths = np.clip(np.round(rng.lognormal(np.log(sentences), 0.55, count)), 1, 20).astype(np.int64)
        ends = np.cumsum(lengths).tolist()
        total = ends[-1] if ends else 0
        first, second = _pick(rng, total), _pick(rng, total)
        heads, tails = self._heads, self._tails
        said = [heads[one] + tails[other] for one, other in zip(first, second, strict=True)]
        starts = [0, *ends[:-1]]
        return ["".join(said[a:b]).rstrip() for a, b in zip(starts, ends, strict=True)]

    def prompts(self, rng: np.random.Generator, count: int) -> list[str]:
        """Questions with some context."""
        return [
            f"{self._questions[one]}{self._plain_tails[other][:-1]}? {self._asides[third]}"
            for one, other, third in zip(*(_pick(rng, count) for _ in range(3)), strict=True)
        ]

    def rationales(self, rng: np.random.Generator, count: int) -> list[str]:
        """Why an annotator decided so, each in its own words.

        Of three clauses from pools two would be another rationale's too often, and make it nearly a copy.
        """
        slots, templates = _english()
        parts = [clauses(rng, templates[kind], slots, count) for kind in ("reasons", "tails", "asides")]
        turns = [rng.permutation(count).tolist() for _ in parts]  # or templates would go together
        return [
            f"{parts[0][one]}{parts[1][other]} {parts[2][third]}"
            for one, other, third in zip(*turns, strict=True)
        ]

    def foreign(self, rng: np.random.Generator, language: str, sentences: int) -> str:
        """A text in another language: de, fr or es."""
        slots, templates = _foreign()[language]
        return " ".join(clauses(rng, templates, slots, sentences))


@lru_cache(maxsize=2)
def prose_of(seed: int) -> Prose:
    """The texts of a seed, whose pools take half a second to make."""
    return Prose(seed)


def edited(rng: np.random.Generator, text: str, share: float = 0.05) -> str:
    """`text` with `share` of its words, at least one and at most a tenth, replaced by other nouns.

    Only words within a sentence are: its beginning and its end stay what they were.
    """
    parts = text.split(" ")
    inside = [place for place, word in enumerate(parts) if word.isalpha() and word.islower()]
    changes = min(max(1, round(share * len(parts))), len(parts) // 10, len(inside))
    nouns = _english()[0]["n"]
    for place in rng.choice(inside, changes, replace=False).tolist():
        parts[place] = nouns[int(rng.integers(len(nouns)))]
    return " ".join(parts)


def _pick(rng: np.random.Generator, count: int) -> list[int]:
    picked: list[int] = rng.integers(0, POOL, count).tolist()
    return picked
