"""Vendors as a scorecard sees them, and work that several of them judged, with what is true of it known."""

from collections.abc import Sequence

import numpy as np
import polars as pl

from quality.scorecard.card import Seen
from quality.scorecard.gain import Gain
from quality.scorecard.shared import ANSWERED, SAID, SharedWork
from quality.scorecard.weekly import WeekSum
from quality.scorecard.weeks_of import WeekHeld


def sums(name: str, parts: Sequence[float], whole: float = 1000.0) -> tuple[WeekSum, ...]:
    """A week of each part."""
    return tuple(
        WeekSum(name, w, part, whole, f"books:{name}/{w}/1/files") for w, part in enumerate(parts, 1)
    )


def held(name: str, *weeks: bool) -> tuple[WeekHeld, ...]:
    """A week of each answer."""
    return tuple(
        WeekHeld(name, w, one, f"books:{name}/{w}/1/events", "" if one else "late")
        for w, one in enumerate(weeks, 1)
    )


def gain(
    name: str, difference: float, half: float = 0.02, paid: float = 1000.0, currency: str = "USD"
) -> Gain:
    """A promotion."""
    return Gain(name, difference, difference - half, difference + half, paid, currency, "books:p/models")


def vendor(name: str, kept: Sequence[float] = (600, 750, 850, 900, 920, 930)) -> Seen:
    """A vendor of six weeks."""
    return Seen(
        contract_id=name,
        vendor=name.title(),
        currency="USD",
        first_pass=sums(name, kept),
        on_time=held(name, True, True, True, False, True, True),
        unbiased=held(name, True, True, True, True, True, True),
        on_policy=sums(name, [1000.0] * 6),
        paid=sums(name, [1.5 * part for part in kept], 900.0),
        gains=(gain(name, 0.03), gain(name, 0.01)),
    )


def work(
    skills: dict[str, float], items: int = 400, annotators: int = 2, seed: int = 0, gold: bool = True
) -> SharedWork:
    """`items` given to every contract; each judgement is right with the contract's skill."""
    rng = np.random.default_rng(seed)
    said, answered = [], []
    for name, skill in skills.items():
        for who in range(annotators):
            right = rng.random(items) < skill
            for item in range(items):
                unit, prompt = f"item-{item}", f"prompt-{item // 2}"
                row = {"contract_id": name, "unit": unit, "prompt": prompt}
                said.append({**row, "annotator": f"{name}-{who}", "value": 1.0 if right[item] else -1.0})
                answered += [{**row, "right": bool(right[item])}] if gold else []
    return SharedWork(pl.DataFrame(said, SAID), pl.DataFrame(answered, ANSWERED))


NOTHING = SharedWork(SAID.to_frame(), ANSWERED.to_frame())
