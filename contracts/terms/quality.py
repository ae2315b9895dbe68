"""Quality rules of the standard part of a contract file: `quality` of a schema's objects and properties."""

from typing import Any, Literal

from pydantic import Field

from contracts.terms.base import Terms

OPERATORS = (
    *("mustBe", "mustNotBe", "mustBeGreaterThan", "mustBeGreaterOrEqualTo", "mustBeLessThan"),
    *("mustBeLessOrEqualTo", "mustBeBetween", "mustNotBeBetween"),
)


class QualityRule(Terms):
    """One rule of type `library` or `sql`, as the standard's own schema has vouched for it."""

    address: str = Field(description="Where it stands: schema.<object>[.<property>].quality.<number>.")
    object: str = Field(description="The schema object it is about.")
    sole: bool = Field(True, description="Is it the schema's only object?")
    property: str | None = Field(None, description="The property it is about; none for the object.")
    name: str = Field(description="Its name, or its metric.")
    metric: Literal["nullValues", "missingValues", "invalidValues", "duplicateValues", "rowCount", "sql"]
    arguments: dict[str, Any] = Field(default_factory=dict, description="What the metric is told besides.")
    query: str | None = Field(None, description="A query that gives one number, for `sql`.")
    operator: str = Field(description="How the figure is compared, such as mustBeLessThan.")
    limit: Any = Field(description="What it is compared with; two numbers for mustBeBetween.")
    percent: bool = Field(False, description="Is the figure a percentage of the rows, not a count?")
    severity: str | None = Field(None, description="`error` has a failure hold the batch; others are told.")
