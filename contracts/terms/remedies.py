"""What happens when work is not right: holds, redeliveries, disputes, invoices."""

from decimal import Decimal
from typing import Literal

from pydantic import Field

from contracts.terms.base import Terms, clause
from contracts.terms.bounds import Days, Money
from contracts.terms.parties import Shown


class Holds(Terms):
    """Who decides about a batch the rules cannot decide."""

    lifted_by: tuple[Shown, ...] = Field(
        (),
        description="Names that may accept or reject a held batch (`rampart decide --by`) and rule on "
        "disputes; empty: anyone who gives a name. The name is the person's own word.",
        json_schema_extra=clause("fewer"),
    )


class Redelivery(Terms):
    """How discarded work may be done again."""

    within_days: Days | None = Field(
        None,
        description="Days after the feedback pack in which a redelivery is taken; none: no limit.",
        json_schema_extra=clause("lower", judged=False),
    )
    max_rounds: int | None = Field(
        None,
        ge=0,
        le=1_000,
        description="How often one week may be redelivered; none: no limit.",
        json_schema_extra=clause("lower", judged=False),
    )
    scope: Literal["discarded_records", "whole_batch"] = Field(
        "whole_batch",
        description="What a redelivery may hold: the discarded records only, or the week anew.",
        json_schema_extra=clause(judged=False),
    )
    price: Literal["full", "free"] = Field(
        "full",
        description="What accepted re-work costs: the week's price, or nothing (the discards were the "
        "vendor's to avoid).",
        json_schema_extra=clause(("full", "free")),
    )


class Disputes(Terms):
    """How a vendor may contest a verdict."""

    within_days: Days = Field(
        10,
        description="Days after the feedback pack in which a discard or verdict may be disputed.",
        json_schema_extra=clause("lower", judged=False),
    )
    answer_within_days: Days = Field(
        10,
        description="Days in which the buyer answers; from then on an open dispute is told of as unanswered.",
        json_schema_extra=clause("higher"),
    )
    counts: tuple[Literal["gate", "audit", "verdict", "money"], ...] = Field(
        ("gate", "audit", "verdict", "money"),
        description="What may be disputed.",
        json_schema_extra=clause("fewer", judged=False),
    )


class Invoicing(Terms):
    """How an invoice is compared with the books."""

    tolerance: Money = Field(
        Decimal(0),
        description="Difference of an invoice line from the books that is let pass, in the currency.",
        json_schema_extra=clause("lower"),
    )
    within_days: Days = Field(
        30,
        description="Days after the verdict in which the invoice is due.",
        json_schema_extra=clause(judged=False),
    )
    payment_days: Days = Field(
        30, description="Days in which the buyer pays.", json_schema_extra=clause("higher", judged=False)
    )
