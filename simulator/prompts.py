"""What the buyer asks for: prompts of several domains, built from templates with slots."""

import string
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TypeVar

import numpy as np

T = TypeVar("T")


@dataclass(frozen=True)
class Fact:
    """A topic's key fact: what is right about it, and what is wrong."""

    topic: str
    right: str
    wrong: str


@dataclass(frozen=True)
class Prompt:
    """One question. `points` are the slot values a good response comes back to."""

    text: str
    domain: str
    fact: Fact
    points: tuple[str, ...]


@dataclass(frozen=True)
class Domain:
    """One domain's templates, the words for their slots, and its key facts."""

    name: str
    templates: tuple[str, ...]
    slots: dict[str, tuple[str, ...]]
    facts: tuple[Fact, ...]


@cache
def domains() -> tuple[Domain, ...]:
    """The domains of `prompts.toml`, in file order."""
    read = tomllib.loads((Path(__file__).parent / "prompts.toml").read_text("utf-8"))
    found = []
    for name, tables in read.items():
        templates = tuple(tables.pop("templates"))
        facts = tuple(Fact(*row) for row in tables.pop("facts"))
        found.append(Domain(name, templates, {slot: tuple(words) for slot, words in tables.items()}, facts))
    return tuple(found)


def draw_prompts(rng: np.random.Generator, count: int) -> list[Prompt]:
    """`count` prompts, domains in equal shares on average."""
    # Twelve numbers a prompt, drawn at once: more than any template has slots.
    return [_prompt(numbers) for numbers in rng.random((count, 12)).tolist()]


def _prompt(numbers: list[float]) -> Prompt:
    left = iter(numbers)
    domain = _pick(domains(), next(left))
    template = _pick(domain.templates, next(left))
    fact = _pick(domain.facts, next(left))
    filled = {name: _pick(domain.slots[name], next(left)) for name in _slots(template) if name != "topic"}
    text = template.format(topic=fact.topic, **filled)
    return Prompt(text, domain.name, fact, tuple(filled.values()))


@cache
def _slots(template: str) -> tuple[str, ...]:
    return tuple(name for _, name, _, _ in string.Formatter().parse(template) if name)


def _pick(options: tuple[T, ...], number: float) -> T:
    return options[int(number * len(options))]
