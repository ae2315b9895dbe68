"""Moments and durations as vendors write them → UTC, and seconds."""

import re
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from contracts.language.words import as_number
from contracts.terms.mapping import Times
from rampart.delivery.fields import FieldError, number_or_none, told

EPOCH_UNITS = {"epoch_s": 1.0, "epoch_ms": 1000.0}
SECONDS = {"s": 1.0, "ms": 0.001, "min": 60.0, "h": 3600.0}
_CLOCK = re.compile(r"(?:(\d{1,4}):)?(\d{1,4}):(\d{1,2}(?:\.\d+)?)", re.ASCII)


def moment_or_none(value: Any, times: Times, zone: ZoneInfo) -> datetime | None:
    """A moment in UTC. One without an offset is read in the contract's time zone."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if isinstance(value, date):  # typed already, as in Parquet; a datetime is a date too
        return _in_utc(value, zone)
    for way in times.formats:
        try:
            return _moment(value, way, zone)
        except (ValueError, OverflowError, OSError):
            continue
    raise FieldError(f"expected a moment as {' or '.join(times.formats)}, found {told(value)}")


def _moment(value: Any, way: str, zone: ZoneInfo) -> datetime:
    """`value` read in one way to write moments; `ValueError` where it is not written so."""
    if way in EPOCH_UNITS:
        number = as_number(value)
        if number is None:
            raise ValueError(value)
        return datetime.fromtimestamp(number / EPOCH_UNITS[way], UTC)
    if not isinstance(value, str):
        raise ValueError(value)
    if way == "iso8601":
        return _in_utc(datetime.fromisoformat(value.strip()), zone)
    # A pattern without %z gives a moment without a zone, which _in_utc reads in the contract's.
    return _in_utc(datetime.strptime(value.strip(), way), zone)  # noqa: DTZ007


def _in_utc(moment: datetime | date, zone: ZoneInfo) -> datetime:
    local = (
        moment
        if isinstance(moment, datetime)
        else datetime(moment.year, moment.month, moment.day, tzinfo=zone)
    )
    try:
        return (local if local.tzinfo else local.replace(tzinfo=zone)).astimezone(UTC)
    except OverflowError as error:
        raise FieldError(f"expected a moment after year 1, found {told(moment)}") from error


def seconds_or_none(value: Any, unit: str) -> float | None:
    """How long something took, in seconds, from `unit` (``clock``: [h:]mm:ss); null and blank are null."""
    if unit != "clock":
        number = number_or_none(value)
        return None if number is None else number * SECONDS[unit]
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    parts = _CLOCK.fullmatch(value.strip()) if isinstance(value, str) else None
    if parts is None:
        raise FieldError(f"expected a duration as h:mm:ss or mm:ss, found {told(value)}")
    hours, minutes, seconds = (float(part or 0) for part in parts.groups())
    return hours * 3600 + minutes * 60 + seconds
