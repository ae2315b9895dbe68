from datetime import UTC, datetime

import pytest

from rampart.notify.quiet_hours import QuietHours

NIGHT = QuietHours.parse("20:00-07:00", "Europe/Berlin")
NOON = QuietHours.parse("12:00-13:30", "Asia/Kolkata")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("hours", "now", "until"),
    [
        (NIGHT, "2026-01-13T18:59", None),
        (NIGHT, "2026-01-13T19:00", "2026-01-14T06:00"),
        (NIGHT, "2026-01-14T05:59", "2026-01-14T06:00"),
        (NIGHT, "2026-01-14T06:00", None),
        (NIGHT, "2026-07-13T18:00", "2026-07-14T05:00"),  # summer time
        (NIGHT, "2026-03-28T22:00", "2026-03-29T05:00"),  # the clocks go forward that night
        (NIGHT, "2026-10-24T22:00", "2026-10-25T06:00"),  # and back
        (NOON, "2026-01-13T06:29", None),
        (NOON, "2026-01-13T06:30", "2026-01-13T08:00"),
        (NOON, "2026-01-13T08:00", None),
    ],
)
def test_quiet_lasts_until_its_end_on_the_local_clock(hours: QuietHours, now: str, until: str | None) -> None:
    assert hours.until(at(now)) == (None if until is None else at(until))


@pytest.mark.parametrize("span", ["20-7", "24:00-07:00", "20:00-20:00", "20:00", "20:00-07:60", ""])
def test_what_is_no_span_is_refused(span: str) -> None:
    with pytest.raises(ValueError, match="quiet hours"):
        QuietHours.parse(span, "UTC")
