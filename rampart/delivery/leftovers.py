"""What writers that were killed leave behind: never an object, and free to be removed once it is old."""

from datetime import datetime
from typing import Protocol, runtime_checkable

from rampart.delivery.store import ObjectStore


@runtime_checkable
class _Leaving(Protocol):
    def remove_leftovers(self, begun_before: datetime) -> int: ...


def remove_leftovers(store: ObjectStore, begun_before: datetime) -> int:
    """Remove unfinished files, or abort unfinished uploads in parts, begun before then; returns how many.

    Choose a moment so long ago that no writer of then can still be at work: a day is plenty.
    """
    return store.remove_leftovers(begun_before) if isinstance(store, _Leaving) else 0
