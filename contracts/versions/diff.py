"""Two versions of a contract, clause by clause: what changed, and does it protect the buyer more or less?

The rating is the buyer's view, from each term's own `x-stricter` (`contracts.terms.base.clause`). A schema
tool sees a changed value; here a doubled discard ceiling, a dearer price and a larger share for one
annotator are all *looser*.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from contracts.model import Contract
from contracts.terms.base import Stricter
from contracts.versions.clauses import Clause, Judged, clauses, same
from contracts.versions.phrases import (
    Rating,
    change_in_words,
    difference_in_words,
    is_number,
    rating_in_words,
    value_in_words,
)
from contracts.versions.reach import weeks_reached, weeks_touched
from contracts.versions.succession import is_identity

# Limits on the buyer: where there is none, the buyer has the most.
# Without `newest` only the week's own checkpoints are allowed.
_NONE_IS_BEST = ("rights.retention_days", "rights.delete_by", "on_policy.newest")
_EMPTY_IS_ANY = ("on_policy.checkpoints.*", "holds.lifted_by", "review.reviewers")  # no name is no limit
_RULES = "delivery.require."  # the buyer's own rules for rows: more of them is stricter
_STEP = math.log(2)  # one place up or down a list of choices weighs as much as a number that doubled
_ENTIRELY = math.inf  # a limit that comes or goes


@dataclass(frozen=True)
class Change:
    """One clause that differs. `old` and `new` are values of the model, None where a version has no such
    clause; `words` says the change in a sentence.

    `ratio` is new / old, None where that says nothing. `weight` ranks changes of one rating: the absolute
    logarithm of the ratio, infinite where a limit comes or goes. `weeks` are the contract weeks it touches,
    `past` those of them that were already due. `identity`: it cannot be amended. `judged` says whether
    anything judges the clause yet.
    """

    address: str
    old: Any
    new: Any
    rating: Rating
    words: str
    ratio: float | None
    weight: float
    weeks: tuple[int, ...]
    past: tuple[int, ...]
    identity: bool
    judged: Judged


def diff(old: Contract, new: Contract, as_of: datetime) -> tuple[Change, ...]:
    """What `new` changes in `old`: the largest loosening first, then what is stricter, then the rest.

    Only weeks that `new` would judge count as touched: from the day its amendment takes effect, or all where
    it has none. A week is past when it was due by `as_of` under `old` (under `new` where `old` lacks it).
    """
    before, after = clauses(old), clauses(new)
    reached = weeks_reached(old, new)
    due = {week: (old if week in old.ramp.weeks else new).term.due(week) for week in reached}
    changes = []
    for address in {**before, **after}:
        was, now = before.get(address), after.get(address)
        if same(was, now):
            continue
        weeks = tuple(week for week in weeks_touched(address, old, new) if week in reached)
        past = tuple(week for week in weeks if due[week] <= as_of)
        changes.append(_change(_Side(old, before, was), _Side(new, after, now), weeks, past))
    order = ("looser", "stricter", "different")
    return tuple(sorted(changes, key=lambda each: (order.index(each.rating), -each.weight)))


def counted(changes: Iterable[Change]) -> dict[Rating, int]:
    """Rating → how many changes have it."""
    count: dict[Rating, int] = {"looser": 0, "stricter": 0, "different": 0}
    for change in changes:
        count[change.rating] += 1
    return count


@dataclass(frozen=True)
class _Side:
    """One version's side of a change; `clause` is None where it has no such clause."""

    contract: Contract
    known: Mapping[str, Clause]
    clause: Clause | None

    def lacks_the_group(self, clause: Clause) -> bool:
        """Is the clause about a week or a phase this version does not have?"""
        ramp = self.contract.ramp
        match clause.address.split("."):
            case ["ramp", "phases", phase, *_]:
                return phase not in ramp.phases
            case ["ramp", "weeks", week, *_]:
                return int(week) not in ramp.weeks
        return False

    def effective(self, other: Clause) -> Any:
        """The value that holds: a term that is not said may be said by a more general one."""
        clause = self.clause or other
        if clause.pattern in _EMPTY_IS_ANY and _value(self.clause) == ():
            return None
        if self.clause:
            return self.clause.value
        if clause.pattern == "gates.required":
            return self.contract.required
        return _value(self.known.get(_general(clause, self.contract)))


def _value(clause: Clause | None) -> Any:
    return clause.value if clause else None


def _general(clause: Clause, contract: Contract) -> str:
    """Address of the term that holds where `clause` is not said."""
    parts = clause.address.split(".")
    match clause.pattern.split("."):
        case ["ramp", "phases", "*", "confidence", name]:
            return f"ramp.confidence.{name}"
        case ["review", "phases", "*", name]:
            return f"review.plan.{name}"
        case ["ramp", "phases", "*", "prices", "*"]:
            return f"ramp.phases.{parts[2]}.price"
        case ["ramp", "weeks", "*", "discount"] if int(parts[2]) in contract.ramp.weeks:
            return f"ramp.phases.{contract.ramp.weeks[int(parts[2])].phase}.discount"
    return ""


def _change(was: _Side, now: _Side, weeks: tuple[int, ...], past: tuple[int, ...]) -> Change:
    clause = was.clause or now.clause
    assert clause is not None  # noqa: S101 (narrows the type: a change has at least one side)
    old, new = was.effective(clause), now.effective(clause)
    whole = was.lacks_the_group(clause) or now.lacks_the_group(clause)
    rating = "different" if whole else _rating(clause, old, new)
    kind, pattern = clause.about.kind, clause.pattern
    said = [
        value_in_words(holds, kind) + (" (general term)" if side.clause is None and holds is not None else "")
        for side, holds in ((was, old), (now, new))
    ]
    how = "in effect the same" if old == new else _how(rating, old, new)
    currency = (now if now.clause else was).contract.ramp.currency
    words = change_in_words(pattern, clause.address, " → ".join(said), currency)
    return Change(
        address=clause.address,
        old=_value(was.clause),
        new=_value(now.clause),
        rating=rating,
        words=f"{words}: {rating_in_words(pattern, rating, how)}",
        ratio=float(new) / float(old) if is_number(old) and is_number(new) and old else None,
        weight=0.0 if rating == "different" else _weight(clause.about.stricter, old, new),
        weeks=weeks,
        past=past,
        identity=is_identity(clause.address),
        judged=clause.about.judged,
    )


def _how(rating: Rating, old: Any, new: Any) -> str:
    if old is not None and new is not None:
        return difference_in_words(old, new)
    if rating == "different":
        return "new" if old is None else "gone"
    return "nothing said before" if old is None else "nothing said any more"


def _rating(clause: Clause, old: Any, new: Any) -> Rating:
    """Which way the buyer's protection moved."""
    stricter = clause.about.stricter
    if clause.pattern.startswith(_RULES) and (old is None) != (new is None):
        return "stricter" if old is None else "looser"
    if stricter is None or old == new:
        return "different"
    if old is None or new is None:
        gained = (old is None) != (clause.pattern in _NONE_IS_BEST)
        return "stricter" if gained else "looser"
    moved = _moved(stricter, old, new)
    return "different" if moved == 0 else "stricter" if moved > 0 else "looser"


def _moved(stricter: Stricter, old: Any, new: Any) -> int:
    """1 towards the stricter side, -1 towards the looser, 0 for neither."""
    if isinstance(stricter, tuple):
        both = old in stricter and new in stricter
        return _sign(stricter.index(new) - stricter.index(old)) if both else 0
    if stricter in ("more", "fewer"):
        had, has = set(old), set(new)
        larger = 1 if had < has else -1 if has < had else 0
        return larger if stricter == "more" else -larger
    rising = 1 if new > old else -1
    return rising if stricter == "higher" else -rising


def _weight(stricter: Stricter | None, old: Any, new: Any) -> float:
    if stricter is None or old == new:
        return 0.0
    if old is None or new is None:
        return _ENTIRELY
    if isinstance(stricter, tuple):
        return _STEP * abs(stricter.index(new) - stricter.index(old)) if {old, new} <= {*stricter} else 0.0
    if isinstance(old, tuple | date):
        return _spread(old, new)
    if old > 0 and new > 0:
        return abs(math.log(float(new) / float(old)))
    return _ENTIRELY if 0 in (old, new) else abs(float(new) - float(old))


def _spread(old: Any, new: Any) -> float:
    if isinstance(old, date):
        return (
            abs(float((new - old).days)) / 30
        )  # a month weighs about as much as a number that grew 2.7-fold
    return math.log((1 + len({*old, *new})) / (1 + min(len(set(old)), len(set(new)))))


def _sign(number: int) -> int:
    return (number > 0) - (number < 0)
