"""The states of a batch, and which may follow which."""

from typing import Literal

State = Literal[
    "expected",
    "late",
    "received",
    "landed",
    "gated",
    "audited",
    "accepted",
    "accepted_partial",
    "held",
    "rejected",
    "superseded",
]
Settled = Literal["accepted", "accepted_partial", "held", "rejected"]
Stage = Literal["landed", "gated", "audited"]

WAITING: tuple[State, ...] = ("expected", "late")
STAGES: tuple[State, ...] = ("received", "landed", "gated", "audited")  # in the order they are walked
ACCEPTED: tuple[State, ...] = ("accepted", "accepted_partial")
SETTLED: tuple[State, ...] = (*ACCEPTED, "held", "rejected")
STATES: tuple[State, ...] = (*WAITING, *STAGES, *SETTLED, "superseded")

_FORWARD: dict[State, tuple[State, ...]] = {
    "expected": ("late", "received"),
    "late": ("received",),
    "received": ("landed",),
    "landed": ("gated",),
    "gated": ("audited",),
    "audited": SETTLED,
    "held": (*ACCEPTED, "rejected"),
}


def may_follow(before: State, after: State) -> bool:
    """May a batch go from `before` to `after`? Anything not yet superseded may be superseded."""
    if after == "superseded":
        return before != "superseded"
    return after in _FORWARD.get(before, ())
