"""One way to spoil a judgement, and the reasons it must then be found for."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from simulator.volume.prose import Prose
from simulator.volume.vendors import Draft, Vendor


@dataclass(frozen=True)
class Around:
    """What lies around a judgement: whose it is, a clean one somewhere before it, texts, and chance."""

    vendor: Vendor
    earlier: Draft
    prose: Prose
    rng: np.random.Generator

    def one_of(self, *options: str) -> str:
        """One of `options`."""
        return options[int(self.rng.integers(len(options)))]

    def other_annotator(self, than: str | None) -> str:
        """Another of the vendor's annotators."""
        number = int(self.rng.integers(399))
        found = f"{self.vendor.id}-{number:04d}"
        return f"{self.vendor.id}-0399" if found == than else found


@dataclass(frozen=True)
class Fault:
    """One way to spoil a judgement.

    Attributes:
        name: what happened.
        reasons: codes the row must be found for, where the contract asks for them.
        spoil: the judgement, spoilt.
        also: codes it may be found for besides: what was done to it says that too.
        responses: the fewest responses it can be done to.
    """

    name: str
    reasons: tuple[str, ...]
    spoil: Callable[[Draft, Around], Draft]
    also: frozenset[str] = field(default_factory=frozenset)
    responses: int = 1


def with_response(draft: Draft, around: Around, change: Callable[[str], str]) -> Draft:
    """`draft` with one of its responses changed."""
    texts = list(draft.responses)
    place = int(around.rng.integers(len(texts)))
    texts[place] = change(texts[place])
    return draft._replace(responses=tuple(texts))
