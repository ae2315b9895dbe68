"""What a failed clause does: one term for every group that has it."""

from typing import Annotated, Literal

from pydantic import Field

from contracts.terms.base import clause

Severity = Annotated[
    Literal["blocking", "advisory"],
    Field(
        description="Does a failure hold the batch for a person (blocking), or is it only told?",
        json_schema_extra=clause(("advisory", "blocking")),  # from the loosest to the strictest
    ),
]
