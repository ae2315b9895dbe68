"""What happens when work is not right: holds, redeliveries, disputes, invoices."""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from contracts.terms.base import TermError, Terms, clause
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


def _place(text: str) -> str:
    """A folder by its full path, or a bucket, and below it nothing that leads out again."""
    path = text.removeprefix("s3://")
    bucket = text.startswith("s3://") and path[:1] not in ("", "/")
    if (bucket or text.startswith("/")) and ".." not in path.split("/"):
        return text
    problem = f"{text!r} is no place to write packs to"
    raise TermError(problem, fix="give a folder by its full path (/srv/birch/feedback) or s3://bucket/prefix")


class Feedback(Terms):
    """How the vendor gets its feedback packs."""

    to: Annotated[Shown, AfterValidator(_place)] | None = Field(
        None,
        description="Where packs are written beside our own store: a folder by its full path, or "
        "`s3://bucket/prefix`, reached as the drop is. None: our store only.",
    )


class Redelivery(Terms):
    """How discarded work may be done again."""

    within_days: Days | None = Field(
        None,
        description="Days after the feedback pack in which a redelivery is taken, to the end of the last; "
        "none: no limit.",
        json_schema_extra=clause("lower"),
    )
    max_rounds: int | None = Field(
        None,
        ge=0,
        le=1_000,
        description="How often one week may be redelivered; none: no limit.",
        json_schema_extra=clause("lower"),
    )
    scope: Literal["discarded_records", "whole_batch"] = Field(
        "whole_batch",
        description="What a redelivery may change: only what was discarded or unreadable, so that what was "
        "accepted comes again as it was; or the week anew.",
        json_schema_extra=clause(),
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
        description="Days after the feedback pack in which a discard or verdict may be disputed, to the end "
        "of the last.",
        json_schema_extra=clause("lower"),
    )
    answer_within_days: Days = Field(
        10,
        description="Days in which the buyer answers, to the end of the last; later an open dispute is "
        "overdue, and told of as unanswered.",
        json_schema_extra=clause("higher"),
    )
    counts: tuple[Literal["gate", "audit", "verdict", "money"], ...] = Field(
        ("gate", "audit", "verdict", "money"),
        description="What may be disputed: discards by the record gates are contested by record id "
        "(`rampart dispute open`), everything else in writing between people.",
        json_schema_extra=clause("fewer"),
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
