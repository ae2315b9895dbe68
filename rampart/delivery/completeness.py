"""Is a delivery without a manifest all there? A marker or a quiet period says so, if the contract asks."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from contracts.terms.sources import Complete
from rampart.delivery.errors import LandingError
from rampart.delivery.store import ObjectInfo


def still_awaited(
    terms: Complete, folder: str, files: Sequence[ObjectInfo], marker: ObjectInfo | None, now: datetime | None
) -> str | None:
    """What is still waited for, as the end of a sentence; None when the delivery is complete.

    Args:
        terms: what the contract waits for; all of it must hold.
        folder: where they lie, with a closing slash.
        files: the files the contract reads, each with the moment it last changed, by the store's clock.
        marker: the marker file, where it is there.
        now: the clock to judge quietness by; None where somebody says that the files are whole.

    Raises:
        LandingError: a file changed after the marker was written.
    """
    if terms.marker and marker is None:
        return f"the marker {terms.marker} is not"
    if marker is not None:
        _check_older(folder, files, marker)
    if terms.quiet_minutes is None or now is None:
        return None
    last = max(_moment(info) for info in (*files, *([marker] if marker else [])))
    quiet = timedelta(minutes=terms.quiet_minutes)
    if now - last >= quiet:
        return None
    changed = f"a file changed at {last:%Y-%m-%d %H:%M} UTC"
    return f"{changed}, and {terms.quiet_minutes} minutes of quiet are asked for"


def _check_older(folder: str, files: Iterable[ObjectInfo], marker: ObjectInfo) -> None:
    written = _moment(marker)
    for info in files:
        if _moment(info) > written:
            raise LandingError(
                f"this file changed after the marker {marker.key!r} was written",
                folder + info.key,
                fix="write the marker again when every file is whole",
            )


def _moment(info: ObjectInfo) -> datetime:
    if info.modified is None:
        problem = "the store does not tell when this file last changed, which delivery.complete needs"
        raise LandingError(problem, info.key, fix="deliver a manifest, or remove delivery.complete")
    return info.modified
