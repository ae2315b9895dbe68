"""Term, weeks, phases and prices: how much is due when, how much may be discarded, what it costs."""

import difflib
import re
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import cache
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import Field, field_validator, model_validator

from contracts.terms.base import TermError, Terms, clause
from contracts.terms.bounds import (
    MOST_A_DAY,
    MOST_MINOR,
    Count,
    Day,
    Days,
    Discount,
    Money,
    Share,
    WeekNumber,
)
from contracts.terms.written import CURRENCY

PhaseName = Literal["calibration", "ramp", "production"]
BREACHES = ("partial", "hold", "reject")  # what a breach leads to, the mildest first


_PLAIN_ZONE = re.compile(r"UTC|[A-Z][A-Za-z]+/[A-Z][A-Za-z_]+")  # most of them; not "America", a folder


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())  # a walk through the zone files, slow on a busy machine


def _is_zone(name: str) -> bool:
    if _PLAIN_ZONE.fullmatch(name):
        try:
            return ZoneInfo(name).key == name
        except (OSError, ValueError, ZoneInfoNotFoundError):
            return False
    return name in _zones()


class Term(Terms):
    """When the contract runs. Week n starts at local midnight, (n - 1) x 7 days after the start."""

    start: Day = Field(description="First day of week 1.")
    weeks: int = Field(ge=1, le=520, description="Number of contract weeks.")
    timezone: str = Field("UTC", description="IANA time zone of the contract's days and unzoned moments.")
    due_after_days: Days = Field(
        0,
        description="Days after the week's end by which its delivery is due.",
        json_schema_extra=clause("lower"),
    )
    due_hour: int = Field(
        9, ge=0, le=23, description="Local hour of that day.", json_schema_extra=clause("lower")
    )
    remind_days_before: Days | None = Field(
        None,
        description="Days before the due moment, at the same local time, from which a reminder goes out "
        "while nothing has arrived; none: no reminder.",
        json_schema_extra=clause("higher"),
    )
    missing_after_days: Days | None = Field(
        None,
        description="Days after the due moment, at the same local time, from which a late delivery counts "
        "as missing; none: it stays late.",
        json_schema_extra=clause("lower"),
    )

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        if not _is_zone(name):
            places = [zone for zone in _zones() if "/" in zone]  # CEST is not nearly EST
            near = difflib.get_close_matches(name, places, n=1)
            fix = f"did you mean {near[0]}?" if near else "name one, for example Europe/Berlin or UTC"
            raise TermError(f"{name!r} is not an IANA time zone", fix=fix)
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

    def days_from(self, at: datetime, days: int) -> datetime:
        """`days` later (or earlier, below 0) at the same local time, whatever the clocks did between; UTC."""
        local = at.astimezone(ZoneInfo(self.timezone))
        day = local.date() + timedelta(days=days)
        return datetime.combine(day, local.time(), ZoneInfo(self.timezone)).astimezone(UTC)

    def remind(self, week: int) -> datetime | None:
        """From when on the vendor of an undelivered week is reminded; None: never."""
        return (
            None
            if self.remind_days_before is None
            else self.days_from(self.due(week), -self.remind_days_before)
        )

    def missing(self, week: int) -> datetime | None:
        """From when on an undelivered week counts as missing; None: never."""
        return (
            None
            if self.missing_after_days is None
            else self.days_from(self.due(week), self.missing_after_days)
        )


class Confidence(Terms):
    """How sure we are before a ceiling counts as passed: posterior P(rate > ceiling)."""

    warn: Share = Field(
        0.80,
        description="From this probability on a ceiling counts as endangered.",
        json_schema_extra=clause("lower"),
    )
    breach: Share = Field(
        0.95,
        description="From this probability on a ceiling counts as breached.",
        json_schema_extra=clause("lower"),
    )

    @model_validator(mode="after")
    def _ordered(self) -> "Confidence":
        if self.warn > self.breach:
            fix = "warn earlier than you breach"
            raise TermError(f"warn ({self.warn:g}) is above breach ({self.breach:g})", "warn", fix=fix)
        return self


class Phase(Terms):
    """What is asked of, and paid for, the weeks of one phase."""

    discard_ceiling: Share = Field(
        description="Largest tolerated discarded / readable records.", json_schema_extra=clause("lower")
    )
    confidence: Confidence | None = Field(
        None, description="How sure this phase wants to be; none: as `ramp.confidence` says."
    )
    on_breach: Literal["partial", "hold", "reject"] = Field(
        "partial",
        description="When the ceiling is breached: pay what was kept, have a person decide, or reject all.",
        json_schema_extra=clause(BREACHES),
    )
    price: Money = Field(
        description="Price of one accepted unit, before the discount.", json_schema_extra=clause("lower")
    )
    prices: dict[str, Money] = Field(
        default_factory=dict,
        description="Unit kind (the record's `unit_kind`) → its price, where kinds differ; else `price`.",
        json_schema_extra=clause("lower"),
    )
    discount: Discount = Field(
        0.0, description="Share taken off the price in this phase.", json_schema_extra=clause("higher")
    )


class Week(Terms):
    """One contract week."""

    phase: PhaseName = Field(
        description="The phase whose ceiling and price hold in this week.",
        json_schema_extra=clause(("calibration", "ramp", "production")),
    )
    units: Count = Field(description="Planned volume, in delivered judgements.", json_schema_extra=clause())
    discount: Discount | None = Field(
        None,
        description="Share off the price in this week alone (a first-batch discount); none: the phase's.",
        json_schema_extra=clause("higher"),
    )


class Credits(Terms):
    """What the vendor owes back."""

    discard_over_ceiling: Money = Field(
        Decimal(0),
        description="Credit for each discarded record beyond the ceiling's allowance.",
        json_schema_extra=clause("higher"),
    )
    short_unit: Money = Field(
        Decimal(0),
        description="Credit for each unit short of the tolerated volume.",
        json_schema_extra=clause("higher"),
    )
    late_day: Share = Field(
        0.0,
        description="Credit for each day begun after the due moment, as a share of what the batch's accepted "
        "units pay; in all at most that.",
        json_schema_extra=clause("higher"),
    )
    rejected_unit: Money = Field(
        Decimal(0),
        description="Credit for each planned unit of a week whose batch is rejected.",
        json_schema_extra=clause("higher"),
    )


class Ramp(Terms):
    """The stepped plan from calibration to production."""

    weeks: dict[WeekNumber, Week] = Field(min_length=1)
    phases: dict[PhaseName, Phase]
    volume_under: Share = Field(
        0.10, description="Tolerated shortfall of a week's volume.", json_schema_extra=clause("lower")
    )
    volume_over: Annotated[float, Field(ge=0, le=100)] = Field(
        0.25, description="Tolerated excess of a week's volume.", json_schema_extra=clause("lower")
    )
    excess: Literal["paid", "unpaid"] = Field(
        "paid",
        description="Are accepted units beyond the tolerated excess paid?",
        json_schema_extra=clause(("paid", "unpaid")),
    )
    confidence: Confidence = Confidence.defaults()
    decision_week: int | None = Field(
        None,
        ge=1,
        description="Week after which go or no-go is due, before the term's last; none: the last calibration "
        "week, after which the volume grows and the price is the full one.",
        json_schema_extra=clause(),
    )
    contracted_units: Count | None = Field(
        None,
        description="Accepted units that the contract buys; none: the planned units less what each week's "
        "ceiling lets go.",
        json_schema_extra=clause(),
    )
    currency: str = Field("USD", pattern=CURRENCY, description="ISO 4217 code of every amount.")
    minor_units: int = Field(2, ge=0, le=3, description="Decimal places of the currency.")
    credits: Credits = Credits.defaults()

    @model_validator(mode="after")
    def _every_week_has_its_phase(self) -> "Ramp":
        for number, week in self.weeks.items():
            if week.phase not in self.phases:
                problem = f"week {number} is in phase {week.phase!r}, which ramp.phases does not define"
                fix = f"add {week.phase} to ramp.phases, or change the week's phase"
                raise TermError(problem, "weeks", number, "phase", fix=fix)
        return self

    @property
    def decides_after(self) -> int | None:
        """The week after which go or no-go is due; None where no week is left to decide about."""
        calibration = [number for number, week in self.weeks.items() if week.phase == "calibration"]
        week = self.decision_week or max(calibration, default=None)
        return week if week is not None and week < max(self.weeks) else None

    @model_validator(mode="after")
    def _something_is_left_to_decide(self) -> "Ramp":
        if self.decision_week is not None and not self.decision_week < max(self.weeks):
            problem = f"after week {self.decision_week} nothing is left to decide about"
            fix = f"name a week before the last, {max(self.weeks)}, or remove it"
            raise TermError(problem, "decision_week", fix=fix)
        return self

    @model_validator(mode="after")
    def _no_more_is_bought_than_planned(self) -> "Ramp":
        planned = sum(week.units for week in self.weeks.values())
        if self.contracted_units is not None and self.contracted_units > planned:
            problem = f"{self.contracted_units:,} accepted units are more than the {planned:,} planned"
            raise TermError(problem, "contracted_units", fix="plan more units, or buy fewer")
        return self

    @model_validator(mode="after")
    def _the_books_can_hold_it(self) -> "Ramp":
        owed = self.credits
        credit = max(owed.discard_over_ceiling, owed.short_unit, owed.rejected_unit)
        for number, week in self.weeks.items():
            phase = self.phases.get(week.phase)
            rate = max([credit, *([phase.price, *phase.prices.values()] if phase else [])])
            if (week.units * rate).scaleb(self.minor_units) > MOST_MINOR:
                problem = f"{week.units:,} units at {rate:f} are more money than the books can hold"
                raise TermError(problem, "weeks", number, "units", fix="lower the units or the amount")
            if week.units * rate * Decimal(str(owed.late_day)) > MOST_A_DAY:
                problem = f"a share of {week.units:,} units at {rate:f} is more a day than the books can hold"
                raise TermError(problem, "credits", "late_day", fix="lower the units or the amount")
        return self
