"""One judgement as a vendor will write it, before it takes the vendor's file format; and honest work."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np

from simulator.annotators import Annotator, durations_s, leanings
from simulator.policy import Response
from simulator.prompts import Prompt
from simulator.work import Item
from simulator.world import week_start

PRAISE = (
    "is clearer",
    "is more accurate",
    "stays with the question",
    "has the better detail",
    "reads more carefully",
    "gets the key point right",
    "is safer to follow",
    "explains its limits",
    "gives usable advice",
    "is kinder",
)


@dataclass(frozen=True)
class Judgement:
    """One annotator's judgement.

    `leaning` is in logits towards the first response; a vendor's format turns it into its own label unless
    `label` says otherwise. `fault` names what is wrong with the row (empty: nothing; see `simulator.faults`);
    it is truth and never written.
    """

    record_id: str
    item: str
    prompt: Prompt
    responses: tuple[Response, Response]
    leaning: float
    annotator: str
    rationale: str
    started: datetime
    submitted: datetime
    duration_s: float
    label: str | int | None = None
    fault: str = ""

    @property
    def gap(self) -> float:
        """True utility of the first response less that of the second."""
        return self.responses[0].utility - self.responses[1].utility

    def judged_in(self, duration_s: float) -> "Judgement":
        """The same judgement taking `duration_s` seconds, its end moved to fit."""
        submitted = self.started + timedelta(seconds=duration_s)
        return replace(self, duration_s=duration_s, submitted=submitted)


def work_through(
    rng: np.random.Generator,
    items: tuple[Item, ...],
    who: tuple[Annotator, ...],
    *,
    count: int,
    week: int,
    prefix: str,
) -> list[Judgement]:
    """`count` judgements of `items` by `who` in contract week `week`, in the order they were started.

    Every item is judged once, then the first ones a second time by somebody else until `count` is reached.
    Work is spread evenly over the people and over the working hours of five days.
    """
    chosen = [items[number % len(items)] for number in range(count)]
    people = _assign(rng, who, len(items), count)
    leaning = leanings(rng, chosen, people).tolist()
    seconds = durations_s(rng, people).tolist()
    starts = _starts(rng, week, count)
    words = rng.random(count).tolist()
    order = rng.permutation(count).tolist()
    return [
        Judgement(
            record_id=f"{prefix}-w{week:02d}-{number + 1:05d}",
            item=chosen[i].item,
            prompt=chosen[i].prompt,
            responses=chosen[i].responses,
            leaning=leaning[i],
            annotator=people[i].name,
            rationale=_rationale(leaning[i], words[i]),
            started=starts[number],
            submitted=starts[number] + timedelta(seconds=seconds[i]),
            duration_s=seconds[i],
        )
        for number, i in enumerate(order)
    ]


def _assign(rng: np.random.Generator, who: tuple[Annotator, ...], items: int, count: int) -> list[Annotator]:
    turn = (np.arange(count) % len(who))[rng.permutation(count)]
    for second in range(items, count):
        # The second opinion comes from another person than the first.
        if turn[second] == turn[second % items]:
            turn[second] = (turn[second] + 1) % len(who)
    return [who[number] for number in turn.tolist()]


def _starts(rng: np.random.Generator, week: int, count: int) -> list[datetime]:
    days = np.sort(rng.integers(0, 5, count) * 24.0 + rng.uniform(8.0, 18.0, count))
    return [week_start(week) + timedelta(seconds=round(hours * 3600)) for hours in days.tolist()]


def _rationale(leaning: float, number: float) -> str:
    praise = PRAISE[int(number * len(PRAISE))]
    return f"The {'first' if leaning > 0 else 'second'} answer {praise}."
