"""What may be done with the data and the models trained on it, and what must not be in it."""

from typing import Literal

from pydantic import Field

from contracts.terms.base import Terms, clause
from contracts.terms.bounds import Day


class Rights(Terms):
    """Who may use what, and for how long."""

    train: bool = Field(
        True,
        description="May models be trained on the data?",
        json_schema_extra=clause((False, True)),
    )
    evaluate: bool = Field(
        True,
        description="May models be evaluated on it? If not, its part of the held-out prompts is used for "
        "nothing.",
        json_schema_extra=clause((False, True)),
    )
    release_data: bool = Field(
        False,
        description="May the data be published? If not, `rampart dataset export --release` refuses, and an "
        "export's card says so.",
        json_schema_extra=clause((False, True)),
    )
    release_models: bool = Field(
        True,
        description="May models trained on it be published? `rampart rights` answers; nothing is published "
        "here.",
        json_schema_extra=clause((False, True), judged=False),
    )
    vendor_may_name_buyer: bool = Field(
        False,
        description="May the vendor name the buyer as a customer?",
        json_schema_extra=clause((True, False), judged=False),
    )
    retention_days: int | None = Field(
        None,
        gt=0,
        le=36_500,
        description="Days after the term for which the data may be kept; none: no limit. Beyond them nothing "
        "is trained on the data, and they are told of as overdue.",
        json_schema_extra=clause("higher"),
    )
    delete_by: Day | None = Field(
        None,
        description="Date by which every copy is deleted; none: never. After it nothing is trained on the "
        "data, and they are told of as overdue.",
        json_schema_extra=clause("higher"),
    )


class Privacy(Terms):
    """Personal data in deliveries."""

    pii: Literal["allow", "redact", "forbid"] = Field(
        "allow",
        description="Personal data in prompts, responses or rationales: kept, redacted, or the record is "
        "discarded. Nothing is redacted yet.",
        json_schema_extra=clause(("allow", "redact", "forbid"), recorded=("redact",)),
    )
    detector: Literal["patterns", "presidio"] = Field(
        "patterns",
        description="What looks for personal data: patterns, checked by sums and numbering plans (mail, "
        "phone, IBAN, cards, SSN, IP addresses, passports and streets beside a word), or with them the "
        "identity numbers of more countries by Presidio's recognisers, which must be installed. Neither "
        "finds names.",
        json_schema_extra=clause(("patterns", "presidio")),
    )
    annotator_consent: str | None = Field(
        None,
        min_length=1,
        description="Version of the consent form annotators sign.",
        json_schema_extra=clause(judged=False),
    )
