"""Faults of saying again what an earlier judgement said."""

from simulator.volume.faults.fault import Around, Fault
from simulator.volume.prose import edited
from simulator.volume.vendors import Draft

# The same texts again are also nearly the same texts again.
_ALIKE = frozenset({"repeated_work", "near_duplicate"})


def _same_id(draft: Draft, around: Around) -> Draft:
    return draft._replace(record_id=around.earlier.record_id)


def _same_judgement(draft: Draft, around: Around) -> Draft:
    return _same_work(draft, around)._replace(label=around.earlier.label, annotator=around.earlier.annotator)


def _same_work(draft: Draft, around: Around) -> Draft:
    earlier = around.earlier
    return draft._replace(
        turns=earlier.turns,
        responses=earlier.responses,
        annotator=around.other_annotator(earlier.annotator),
    )


def _nearly_the_same(draft: Draft, around: Around) -> Draft:
    earlier = around.earlier
    return draft._replace(
        turns=(*earlier.turns[:-1], edited(around.rng, earlier.turns[-1])),
        responses=tuple(edited(around.rng, text) for text in earlier.responses),
        annotator=around.other_annotator(earlier.annotator),
    )


def _same_rationale(draft: Draft, around: Around) -> Draft:
    return draft._replace(rationale=around.earlier.rationale)


COPIES = (
    Fault("id used before", ("duplicate_record_id",), _same_id),
    Fault("judgement delivered before", ("exact_duplicate",), _same_judgement, _ALIKE),
    Fault("work done before", ("repeated_work",), _same_work, _ALIKE),
    Fault("work nearly done before", ("near_duplicate",), _nearly_the_same),
    Fault("rationale used before", ("copied_rationale",), _same_rationale),
)
