"""What a batch should be made of: shares by domain, language and difficulty."""

from typing import Annotated, Literal

from pydantic import Field, field_validator

from contracts.terms.base import TermError, Terms, clause
from contracts.terms.bounds import Share
from contracts.terms.severity import Severity


class Shares(Terms):
    """The planned make-up by one field of the record."""

    shares: dict[Annotated[str, Field(min_length=1)], Share] = Field(
        min_length=1,
        description="Value as delivered → planned share of the batch; they sum to 1.",
        json_schema_extra=clause(),
    )
    tolerance: Share = Field(
        0.05,
        description="Largest tolerated distance of a share from its plan.",
        json_schema_extra=clause("lower"),
    )
    unlisted: Literal["allow", "forbid"] = Field(
        "forbid",
        description="May records carry a value not listed?",
        json_schema_extra=clause(("allow", "forbid")),
    )
    severity: Severity = "advisory"

    @field_validator("shares")
    @classmethod
    def _whole(cls, shares: dict[str, float]) -> dict[str, float]:
        total = sum(shares.values())
        if abs(total - 1) > 1e-3:  # shares written to three places may miss by their rounding
            raise TermError(f"the shares sum to {total:.4g}", fix="make them sum to 1")
        return shares


class Mix(Terms):
    """What a batch should be made of."""

    domain: Shares | None = None
    language: Shares | None = None
    difficulty: Shares | None = None
