"""Discards by annotator: who to train, without telling more of a person than a share over enough work.

Annotators with few judgements are put together, and small counts are withheld (the threshold rule of
statistical disclosure control: Hundepool et al. 2012, *Statistical Disclosure Control*, section 5.2), one
more where the withheld count could be worked out from the sum.
"""

from dataclasses import dataclass

import polars as pl

LEAST_JUDGED = 10  # judgements; the usual threshold for a cell about persons
LEAST_COUNT = 5  # discards; a count from 1 to 4 points at single records
MOST_SHOWN = 50  # annotators, those with the most discards first


@dataclass(frozen=True)
class Person:
    """One annotator, or the `people` put together under an empty `pseudonym`; None: the count is withheld."""

    pseudonym: str
    people: int
    judged: int
    discarded: int | None


def people_of(counts: pl.DataFrame) -> tuple[Person, ...]:
    """Who is shown of `quality.gates.told.PEOPLE`: those with the most discards first, the rest together."""
    rows = list(
        counts.sort(["discarded", "judged", "annotator_id"], descending=[True, True, False]).iter_rows()
    )
    shown = [row for row in rows if row[1] >= LEAST_JUDGED][:MOST_SHOWN]
    others = [row for row in rows if row not in set(shown)]
    # One person alone among the others would stand there under another name.
    while others and shown and (len(others) < 2 or sum(row[1] for row in others) < LEAST_JUDGED):
        others.append(shown.pop())
    told = [Person(name, 1, judged, discarded) for name, judged, discarded in shown]
    if len(others) > 1 and sum(row[1] for row in others) >= LEAST_JUDGED:
        told.append(Person("", len(others), sum(row[1] for row in others), sum(row[2] for row in others)))
    return _suppressed(told)


def _suppressed(told: list[Person]) -> tuple[Person, ...]:
    small = [person for person in told if person.discarded and person.discarded < LEAST_COUNT]
    if len(small) == 1:
        rest = [person for person in told if person.discarded and person not in small]
        small += sorted(rest, key=lambda person: person.discarded or 0)[:1]
    return tuple(
        Person(person.pseudonym, person.people, person.judged, None if person in small else person.discarded)
        for person in told
    )
