"""What a version changes in the one before it, and from when on."""

from pydantic import Field

from contracts.terms.base import Terms
from contracts.terms.bounds import Day
from contracts.terms.parties import Shown


class Amendment(Terms):
    """This file amends an earlier version.

    It must differ from that version in the named clauses, and in no other: what an amendment does not name,
    it cannot change.
    """

    of: str = Field(min_length=1, description="The version amended.")
    effective: Day = Field(
        description="From this day on (the contract's time zone) it is in force: it judges deliveries due "
        "then or later."
    )
    clauses: tuple[str, ...] = Field(
        min_length=1,
        description="Addresses of the terms changed, such as `ramp.phases.production.price`; an address "
        "stands for everything below it.",
    )
    reason: Shown = Field(description="Why, for the next reader.")
    agreed_by: tuple[Shown, ...] = Field((), description="Who agreed, on both sides.")
