"""Which contract weeks a version judges, and which of them a changed clause touches."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time
from typing import Protocol, TypeVar
from zoneinfo import ZoneInfo

from contracts.model import Contract
from contracts.versions.clauses import covers

# What no verdict and no invoice depends on; it may change without an amendment.
ADMINISTRATIVE = ("status", "name", "vendor.name", "vendor.contacts", "feedback.to")


class Timed(Protocol):
    """A version, and the moment it takes effect (UTC); None: from the first day."""

    @property
    def effective(self) -> datetime | None: ...  # noqa: D102


class Dated(Timed, Protocol):
    """A version that also knows the moment each of its weeks is due (UTC)."""

    @property
    def due(self) -> Mapping[int, datetime]: ...  # noqa: D102


T = TypeVar("T", bound=Timed)
V = TypeVar("V", bound=Dated)
_FROM_THE_FIRST_DAY = datetime.min.replace(tzinfo=UTC)


def takes_effect(contract: Contract) -> datetime | None:
    """First moment of the day from which an amendment is in force, UTC; None for a version without one."""
    if contract.amendment is None:
        return None
    zone = ZoneInfo(contract.term.timezone)
    return datetime.combine(contract.amendment.effective, time(), zone).astimezone(UTC)


def reaches(effective: datetime | None, *due: datetime | None) -> bool:
    """Does a version judge a week that is `due` then, by the version before it and by its own calendar?

    An amendment never reaches a week that was due before it took effect, by either calendar: it can neither
    take a delivery away from the terms it was due under, nor make one late that was not yet due.
    """
    return effective is None or all(moment is None or moment >= effective for moment in due)


def in_order(versions: Sequence[T]) -> list[T]:
    """`versions`, given in the order they were registered, in the order they take effect."""
    return sorted(versions, key=lambda each: each.effective or _FROM_THE_FIRST_DAY)


def judging(versions: Sequence[V], week: int) -> V | None:
    """The version that judges `week`: the last to take effect of those that reach it, ties by registration.

    None when there are no versions, or when the week is not in the term of the one that judges it.
    """
    found: V | None = None
    for version in in_order(versions):
        if found is None or reaches(version.effective, found.due.get(week), version.due.get(week)):
            found = version
    return found if found is not None and week in found.due else None


def weeks_reached(old: Contract, new: Contract) -> tuple[int, ...]:
    """Weeks of either version that `new` judges once it follows `old`; all where it is no amendment."""
    effective = takes_effect(new)
    return tuple(
        week
        for week in sorted({*old.ramp.weeks, *new.ramp.weeks})
        if reaches(
            effective, *(each.term.due(week) if week in each.ramp.weeks else None for each in (old, new))
        )
    )


def weeks_touched(address: str, old: Contract, new: Contract) -> tuple[int, ...]:
    """Weeks whose verdict or price may depend on the clause at `address`, in either version."""
    weeks = sorted({*old.ramp.weeks, *new.ramp.weeks})
    if any(covers(free, address) for free in ADMINISTRATIVE):
        return ()
    match address.split("."):
        case ["ramp" | "review", "phases", phase, *_]:
            return tuple(week for week in weeks if phase in (_phase(old, week), _phase(new, week)))
        case ["ramp", "weeks", number, *_]:
            return (int(number),)
        case ["on_policy", "checkpoints", number]:
            later = [week for week in weeks if _allowed(old, week) != _allowed(new, week)]
            return tuple(sorted({int(number), *(later if _newest(old, new) else ())}))
        case ["term", "weeks"]:
            return tuple(week for week in weeks if (week in old.ramp.weeks) != (week in new.ramp.weeks))
    return tuple(weeks)


def _phase(contract: Contract, week: int) -> str | None:
    return contract.ramp.weeks[week].phase if week in contract.ramp.weeks else None


def _allowed(contract: Contract, week: int) -> set[str]:
    return set(contract.on_policy.allowed(week))


def _newest(*contracts: Contract) -> bool:
    return any(contract.on_policy.newest is not None for contract in contracts)
