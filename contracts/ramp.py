"""Term, weeks, phases and prices: how much is due when, how much may be discarded, what it costs."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, field_validator, model_validator

from contracts.base import Terms

Share = Annotated[float, Field(ge=0, le=1)]
Money = Annotated[Decimal, Field(ge=0, decimal_places=4)]
PhaseName = Literal["calibration", "ramp", "production"]


class Term(Terms):
    """When the contract runs. Week n starts at local midnight, (n - 1) x 7 days after the start."""

    start: date
    weeks: int = Field(ge=1, le=520)
    timezone: str = "UTC"
    due_after_days: int = Field(
        0, ge=0, description="Days after the week's end by which its delivery is due."
    )
    due_hour: int = Field(9, ge=0, le=23, description="Local hour of that day.")

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError(f"{name!r} is not an IANA time zone (for example Europe/Berlin)") from error
        return name

    def _local_midnight(self, day: date) -> datetime:
        return datetime.combine(day, time(), ZoneInfo(self.timezone)).astimezone(UTC)

    def week_start(self, week: int) -> datetime:
        """First moment of contract week `week` (from 1), UTC."""
        return self._local_midnight(self.start + timedelta(days=7 * (week - 1)))

    def week_end(self, week: int) -> datetime:
        """First moment after contract week `week`, UTC."""
        return self.week_start(week + 1)

    def due(self, week: int) -> datetime:
        """The moment week `week`'s delivery is due, UTC."""
        day = self.start + timedelta(days=7 * week + self.due_after_days)
        return datetime.combine(day, time(self.due_hour), ZoneInfo(self.timezone)).astimezone(UTC)


class Phase(Terms):
    """What is asked of, and paid for, the weeks of one phase."""

    discard_ceiling: Share = Field(description="Largest tolerated discarded / readable records.")
    on_breach: Literal["partial", "hold", "reject"] = Field(
        "partial",
        description="When the ceiling is breached: pay what was kept, have a person decide, or reject all.",
    )
    price: Money = Field(description="Price of one accepted unit, before the discount.")
    discount: Share = Field(0.0, description="Share taken off the price in this phase.")


class Week(Terms):
    """One contract week."""

    phase: PhaseName
    units: int = Field(gt=0, description="Planned volume, in delivered judgements.")


class Confidence(Terms):
    """How sure we are before a ceiling counts as passed: posterior P(rate > ceiling)."""

    warn: Share = 0.80
    breach: Share = 0.95

    @model_validator(mode="after")
    def _ordered(self) -> "Confidence":
        if self.warn > self.breach:
            raise ValueError(f"warn ({self.warn}) must not be above breach ({self.breach})")
        return self


class Credits(Terms):
    """What the vendor owes back."""

    discard_over_ceiling: Money = Field(
        Decimal(0), description="Credit for each discarded record beyond the ceiling's allowance."
    )
    short_unit: Money = Field(Decimal(0), description="Credit for each unit short of the tolerated volume.")


class Ramp(Terms):
    """The stepped plan from calibration to production."""

    weeks: dict[int, Week] = Field(min_length=1)
    phases: dict[PhaseName, Phase]
    volume_under: Share = Field(0.10, description="Tolerated shortfall of a week's volume.")
    volume_over: Annotated[float, Field(ge=0)] = Field(
        0.25, description="Tolerated excess of a week's volume."
    )
    confidence: Confidence = Confidence()
    currency: str = Field("USD", pattern="^[A-Z]{3}$")
    minor_units: int = Field(2, ge=0, le=3, description="Decimal places of the currency.")
    credits: Credits = Credits()

    @model_validator(mode="after")
    def _every_week_has_its_phase(self) -> "Ramp":
        for number, week in self.weeks.items():
            if week.phase not in self.phases:
                raise ValueError(f"week {number} is in phase {week.phase!r}, which `phases` does not define")
        return self
