"""The graded phrases that carry a response's worth, and the padding that carries none."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

# Worth of a level, worst first; what the policy's skill tilts towards.
LEVEL_UTILITY = (-1.0, -0.5, 0.0, 0.5, 1.0)


@dataclass(frozen=True)
class Kind:
    """One way to be good or bad: neutral frames, and for each level the phrases that fill them."""

    name: str
    frames: tuple[str, ...]
    levels: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Lexicon:
    """All kinds of graded phrases, and sentences without any worth."""

    kinds: tuple[Kind, ...]
    padding: tuple[str, ...]


@cache
def lexicon() -> Lexicon:
    """The lexicon of `lexicon.toml`; `ValueError` when a kind has not one list of phrases a level."""
    read = tomllib.loads((Path(__file__).parent / "lexicon.toml").read_text("utf-8"))
    padding = tuple(read.pop("padding"))
    kinds = tuple(
        Kind(name, tuple(kind["frames"]), tuple(tuple(level) for level in kind["levels"]))
        for name, kind in read.items()
    )
    for kind in kinds:
        if len(kind.levels) != len(LEVEL_UTILITY):
            raise ValueError(
                f"lexicon.toml: [{kind.name}] has {len(kind.levels)} levels; "
                f"write {len(LEVEL_UTILITY)}, worst first"
            )
    return Lexicon(kinds, padding)
