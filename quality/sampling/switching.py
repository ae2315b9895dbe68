r"""Normal, tightened or reduced: how strictly is the next lot inspected, by the lots before it?

**Rules.** Those of ISO 2859-1:1999, clause 9.3 and 9.4 (ANSI/ASQ Z1.4 has the first three), on lots in their
order at their first inspection; a lot inspected again does not count.

- *Normal to tightened* (9.3.1): two of five lots in a row, or of fewer, were not accepted.
- *Tightened to normal* (9.3.2): five lots in a row were accepted.
- *Normal to reduced* (9.3.3): the switching score is 30 or more, production is at a steady rate, and who is
  responsible wants it. The score is 0 when normal inspection starts. Where the plan accepts 2 defects or
  more, an accepted lot adds 3 if it would have been accepted at an AQL one step tighter; where it accepts 0
  or 1, an accepted lot adds 2; anything else sets it back to 0.
- *Reduced to normal* (9.3.4): a lot is not accepted, or production is not steady any more.
- *Stopped* (9.4): five lots were not accepted since tightened inspection began. It goes on, tightened, once
  the supplier has improved and who is responsible agrees (`resume`).

**Why.** A plan alone protects little over a series: an AQL's plan lets a lot twice as bad through every other
time. That bad lots make the next plan stricter is what keeps the average near the AQL.

**What it does not say.** The reduced plan itself: `quality.sampling.plans` has no table for it, and no
contract asks for reduced inspection, so `may_reduce` is off unless told.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

Severity = Literal["normal", "tightened", "reduced", "stopped"]

WINDOW, TOO_MANY = 5, 2
IN_A_ROW = 5
ENOUGH = 30
STOPS = 5


@dataclass(frozen=True)
class InspectedLot:
    """A lot at its first inspection: were the defects at most what the plan accepts?

    `accept` is the acceptance number of the plan it was judged by, `tighter` that at the same letter and an
    AQL one step tighter, None where there is no such plan. `steady`: production was at a steady rate.
    """

    defects: int
    accept: int
    tighter: int | None = None
    steady: bool = True

    @property
    def accepted(self) -> bool:
        """Was it accepted?"""
        return self.defects <= self.accept


@dataclass(frozen=True)
class Inspection:
    """How the next lot is inspected, with the sentence why; `score` counts only under normal inspection."""

    severity: Severity
    score: int
    reason: str


def inspections(
    lots: Sequence[InspectedLot], *, may_reduce: bool = False, resume: Iterable[int] = ()
) -> tuple[Inspection, ...]:
    """How each lot was to be inspected, and last, how the next one is.

    Args:
        lots: in the order they were made.
        may_reduce: does who is responsible want reduced inspection where the rules allow it?
        resume: places (from 0) of lots with which inspection was taken up again after it had been stopped.

    Raises:
        ValueError: a lot was inspected though inspection was stopped.
    """
    found = [Inspection("normal", 0, "Inspection starts as normal.")]
    since: list[InspectedLot] = []  # lots since the severity last changed
    again = set(resume)
    for place, lot in enumerate(lots):
        now = found[-1]
        if now.severity == "stopped":
            if place not in again:
                raise ValueError(
                    f"lot {place + 1} was inspected though inspection was stopped; name it in `resume` once "
                    "the supplier has improved"
                )
            now, since = Inspection("tightened", 0, "Taken up again."), []
        since.append(lot)
        after = _after(now, since, may_reduce=may_reduce)
        if after.severity != now.severity:
            since = []
        found.append(after)
    return tuple(found)


def _after(now: Inspection, since: Sequence[InspectedLot], *, may_reduce: bool) -> Inspection:
    if now.severity == "tightened":
        return _after_tightened(since)
    if now.severity == "reduced":
        return _after_reduced(since[-1])
    lost = sum(not lot.accepted for lot in since[-WINDOW:])
    if lost >= TOO_MANY:
        return Inspection(
            "tightened", 0, f"{lost} of the last {len(since[-WINDOW:])} lots were not accepted."
        )
    score = _score(now.score, since[-1])
    if score >= ENOUGH and may_reduce and since[-1].steady:
        return Inspection("reduced", 0, f"The switching score is {score}, and production is steady.")
    return Inspection("normal", score, f"The switching score is {score}; {ENOUGH} allows reduced inspection.")


def _after_tightened(since: Sequence[InspectedLot]) -> Inspection:
    lost = sum(not lot.accepted for lot in since)
    if lost >= STOPS:
        return Inspection("stopped", 0, f"{lost} lots were not accepted under tightened inspection.")
    row = next((at for at, lot in enumerate(reversed(since)) if not lot.accepted), len(since))
    if row >= IN_A_ROW:
        return Inspection("normal", 0, f"{row} lots in a row were accepted.")
    return Inspection("tightened", 0, f"{row} lots in a row were accepted; {IN_A_ROW} are needed.")


def _after_reduced(lot: InspectedLot) -> Inspection:
    if not lot.accepted:
        return Inspection("normal", 0, "A lot was not accepted under reduced inspection.")
    if not lot.steady:
        return Inspection("normal", 0, "Production is not steady any more.")
    return Inspection("reduced", 0, "The lot was accepted and production is steady.")


def _score(before: int, lot: InspectedLot) -> int:
    if not lot.accepted:
        return 0
    if lot.accept <= 1:
        return before + 2
    return before + 3 if lot.tighter is not None and lot.defects <= lot.tighter else 0
