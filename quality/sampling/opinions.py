"""What several reviewers say of the same records, as one verdict each.

A record's verdict is what most of those say who say ``ok`` or ``defect``, once as many have as the contract
asks for. Where they are split, or too few could tell, it is ``unsure``: another reviewer has to look.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from quality.gates.batch.coefficients import Units, agreement, agreement_interval

LEAST_SHARED = 10  # items; the bootstrap of fewer says nothing


@dataclass(frozen=True)
class Opinion:
    """What one reviewer said of one item; `kind` is the kind of defect, where kinds are asked for."""

    item: str
    reviewer: str
    verdict: str
    kind: str = ""
    note: str = ""


@dataclass(frozen=True)
class Agreement:
    """How far reviewers agree on the `items` that two or more judged; None where it cannot be told.

    `raw` is the share of pairs of reviewers that say the same, `ac1` Gwet's coefficient, which takes chance
    off and keeps its meaning where nearly everything is fine.
    """

    items: int
    raw: float | None
    ac1: float | None
    low: float | None
    high: float | None


def verdicts_of(opinions: Iterable[Opinion], each: int = 1) -> dict[str, str]:
    """Item → ``ok``, ``defect`` or ``unsure``; items on which too few have said anything are left out."""
    said: dict[str, Counter[str]] = defaultdict(Counter)
    for one in opinions:
        said[one.item][one.verdict] += 1
    return {item: _majority(votes, each) for item, votes in said.items() if votes.total() >= each}


def _majority(votes: Mapping[str, int], each: int) -> str:
    ok, defect = votes["ok"], votes["defect"]
    if ok + defect < each or ok == defect:
        return "unsure"
    return "ok" if ok > defect else "defect"


def split(opinions: Iterable[Opinion]) -> tuple[str, ...]:
    """Items that one reviewer calls ``ok`` and another ``defect``, in order."""
    said: dict[str, set[str]] = defaultdict(set)
    for one in opinions:
        said[one.item].add(one.verdict)
    return tuple(sorted(item for item, found in said.items() if {"ok", "defect"} <= found))


def agreement_of(opinions: Iterable[Opinion]) -> Agreement:
    """Over items of which two reviewers or more said ``ok`` or ``defect``; the interval is that of AC1."""
    said: dict[str, Counter[str]] = defaultdict(Counter)
    for one in opinions:
        if one.verdict in ("ok", "defect"):
            said[one.item][one.verdict] += 1
    shared = [votes for _, votes in sorted(said.items()) if votes.total() >= 2]
    if not shared:
        return Agreement(0, None, None, None, None)
    counts = np.array([[votes["ok"], votes["defect"]] for votes in shared], dtype=np.float64)
    raw = agreement(_units(counts), "raw", "nominal")
    if not counts.sum(axis=0).all() or len(shared) < LEAST_SHARED:
        return Agreement(len(shared), raw, None, None, None)
    low, high = agreement_interval(_units(counts), "gwet_ac1", "nominal")
    return Agreement(len(shared), raw, agreement(_units(counts), "gwet_ac1", "nominal"), low, high)


def _units(counts: np.ndarray[tuple[int, int], np.dtype[np.float64]]) -> Units:
    used = counts[:, counts.any(axis=0)]
    return Units(used, np.arange(used.shape[1], dtype=np.float64), np.arange(len(used)))
