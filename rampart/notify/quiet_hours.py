"""Hours in which nobody is told anything that can wait."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

_SPAN = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")


@dataclass(frozen=True)
class QuietHours:
    """From `start` to `end` at local time in `zone`, over midnight where `end` is the earlier."""

    start: time
    end: time
    zone: ZoneInfo

    @classmethod
    def parse(cls, span: str, zone: str) -> "QuietHours":
        """Read ``20:00-07:00``; `ValueError` for anything else."""
        found = _SPAN.fullmatch(span)
        if found is None:
            raise ValueError(f"{span!r} are no quiet hours; write them as 20:00-07:00")
        hour, minute, end_hour, end_minute = map(int, found.groups())
        start, end = time(hour, minute), time(end_hour, end_minute)
        if start == end:
            raise ValueError(f"{span!r} begin when they end; leave quiet hours out, or give a span")
        return cls(start, end, ZoneInfo(zone))

    def until(self, now: datetime) -> datetime | None:
        """When the quiet that holds at `now` ends, UTC; None where it does not hold.

        Local clocks decide, so a night in which they change is an hour shorter or longer.
        """
        local = now.astimezone(self.zone)
        at = local.time().replace(tzinfo=None)
        over_midnight = self.end < self.start
        begun, ended = at >= self.start, at >= self.end
        quiet = (begun or not ended) if over_midnight else (begun and not ended)
        if not quiet:
            return None
        day = local.date() + timedelta(days=1) if over_midnight and at >= self.start else local.date()
        return datetime.combine(day, self.end, self.zone).astimezone(UTC)
