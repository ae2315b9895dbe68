"""Small named faults: what goes wrong in honest work, one row at a time.

Each fault says which discard reason its row must earn, so a test can hold the gates to the truth.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np

from simulator.judgement import Judgement
from simulator.policy import Policy, Response

# The demonstration contracts' gates.min_duration_s; a test holds the two together.
MIN_DURATION_S = 4.0
OUTSIDE_LABELS = ("both", "?", "none", "9", "unsure")

# A row, a clean row that stands before it in the delivery, the contract week, and chance → the spoilt row.
Spoil = Callable[[Judgement, Judgement, int, np.random.Generator], Judgement]


@dataclass(frozen=True)
class Fault:
    """One way to spoil a row. `reason` is the discard it earns; None: the line goes to quarantine."""

    name: str
    reason: str | None
    spoil: Spoil


def _missing_rationale(
    row: Judgement, _earlier: Judgement, _week: int, _rng: np.random.Generator
) -> Judgement:
    return replace(row, rationale="")


def _missing_annotator(
    row: Judgement, _earlier: Judgement, _week: int, _rng: np.random.Generator
) -> Judgement:
    return replace(row, annotator="")


def _label_word(row: Judgement, _earlier: Judgement, _week: int, rng: np.random.Generator) -> Judgement:
    return replace(row, label=OUTSIDE_LABELS[int(rng.integers(len(OUTSIDE_LABELS)))])


def _duplicate_id(row: Judgement, earlier: Judgement, _week: int, _rng: np.random.Generator) -> Judgement:
    return replace(row, record_id=earlier.record_id)


def _exact_duplicate(row: Judgement, earlier: Judgement, _week: int, _rng: np.random.Generator) -> Judgement:
    return replace(earlier, record_id=row.record_id)


def _empty_response(row: Judgement, _earlier: Judgement, _week: int, rng: np.random.Generator) -> Judgement:
    pair = list(row.responses)
    place = int(rng.integers(2))
    pair[place] = replace(pair[place], content="")
    return replace(row, responses=(pair[0], pair[1]))


def _outside_week(row: Judgement, _earlier: Judgement, _week: int, rng: np.random.Generator) -> Judgement:
    shift = timedelta(days=(-7, 7)[int(rng.integers(2))])
    return replace(row, started=row.started + shift, submitted=row.submitted + shift)


def _too_fast(row: Judgement, _earlier: Judgement, _week: int, rng: np.random.Generator) -> Judgement:
    return row.judged_in(round(float(rng.uniform(1.0, 0.9 * MIN_DURATION_S)), 1))


def _old_checkpoint(row: Judgement, _earlier: Judgement, week: int, rng: np.random.Generator) -> Judgement:
    pair: tuple[Response, Response] = Policy(week - 1).respond(rng, [row.prompt])[0]
    return replace(row, responses=pair)


def _broken_line(row: Judgement, _earlier: Judgement, _week: int, _rng: np.random.Generator) -> Judgement:
    return row  # the fault lies in the bytes: the vendor's format cuts the line of a row marked so


_ALL = (
    Fault("missing_rationale", "missing_required_field", _missing_rationale),
    Fault("missing_annotator", "missing_required_field", _missing_annotator),
    Fault("label_word", "label_outside_scheme", _label_word),
    Fault("duplicate_id", "duplicate_record_id", _duplicate_id),
    Fault("exact_duplicate", "exact_duplicate", _exact_duplicate),
    Fault("empty_response", "empty_response", _empty_response),
    Fault("outside_week", "outside_week", _outside_week),
    Fault("too_fast", "too_fast", _too_fast),
    Fault("old_checkpoint", "checkpoint_not_allowed", _old_checkpoint),
    Fault("broken_line", None, _broken_line),
)
FAULTS: Mapping[str, Fault] = {fault.name: fault for fault in _ALL}


def spoilt(row: Judgement, name: str, earlier: Judgement, week: int, rng: np.random.Generator) -> Judgement:
    """`row` with the fault `name`; `earlier` is a clean row before it. `KeyError` for an unknown fault."""
    return replace(FAULTS[name].spoil(row, earlier, week, rng), fault=name)


def with_faults(
    rng: np.random.Generator, rows: list[Judgement], week: int, counts: Mapping[str, int]
) -> list[Judgement]:
    """`rows` with exactly `counts[name]` rows of every fault, at random places among the clean rows.

    The first clean row stays clean, so that duplicates have something to repeat. `ValueError` when the clean
    rows do not suffice.
    """
    names = [name for name, count in counts.items() for _ in range(count)]
    free = [place for place, row in enumerate(rows) if place > 0 and not row.fault]
    first = next((place for place, row in enumerate(rows) if not row.fault), None)
    allowed = len(free) - (first in free)
    if len(names) > allowed:
        raise ValueError(f"{len(names)} faults asked for, but only {allowed} clean rows may be spoilt")
    chosen = rng.choice(free, len(names), replace=False).tolist() if names else []
    if first in chosen:
        chosen[chosen.index(first)] = next(place for place in free if place not in {first, *chosen})
    spoil = dict(zip(chosen, names, strict=True))
    result = list(rows)
    clean: list[Judgement] = []
    for place, row in enumerate(rows):
        if place in spoil:
            earlier = clean[int(rng.integers(len(clean)))]
            result[place] = spoilt(row, spoil[place], earlier, week, rng)
        elif not row.fault:
            clean.append(row)
    return result


def shared_out(total: int, weights: Mapping[str, float]) -> dict[str, int]:
    """`total` split in proportion to `weights`, by largest remainders, so that the counts add up."""
    whole = sum(weights.values())
    exact = {name: total * weight / whole for name, weight in weights.items()}
    counts = {name: int(share) for name, share in exact.items()}
    by_rest = sorted(exact, key=lambda name: counts[name] - exact[name])
    for name in by_rest[: total - sum(counts.values())]:
        counts[name] += 1
    return counts
