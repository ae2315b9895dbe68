"""How far written demonstrations may show a fault that code can see."""

from pydantic import Field

from contracts.terms.base import Terms, clause
from contracts.terms.bounds import Count, Share
from contracts.terms.severity import Severity


class Checklist(Terms):
    """Faults of instruction data that code can see; for contracts whose scheme is `demonstration`."""

    max_contradicting: Share = Field(
        0.05,
        description="Largest tolerated share of repeated prompts whose responses end in different numbers.",
        json_schema_extra=clause("lower"),
    )
    max_unreached: Share = Field(
        0.05,
        description="Largest tolerated share of responses that show steps, in which a step is false or the "
        "final number is not reached by them.",
        json_schema_extra=clause("lower"),
    )
    max_templated: Share = Field(
        0.10,
        description="Largest tolerated share of responses that are mostly the wording of another one, to "
        "another prompt.",
        json_schema_extra=clause("lower"),
    )
    min_checked: Count = Field(
        30,
        description="Where fewer can be checked, the check is `not_testable`.",
        json_schema_extra=clause("lower"),
    )
    severity: Severity = "advisory"
