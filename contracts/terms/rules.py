"""Rules of a buyer's own about records, as conditions over canonical fields."""

from typing import Annotated

from pydantic import AfterValidator, Field

from contracts.language.expression_error import ExpressionError, problem_and_fix
from contracts.language.row_rules import condition
from contracts.terms.base import TermError, Terms, clause
from contracts.terms.fields import POLICIES, Policy
from contracts.terms.parties import Shown, Slug


def _condition(text: str) -> str:
    try:
        condition(text)
    except ExpressionError as error:
        problem, fix = problem_and_fix(error, "mend the condition")
        raise TermError(problem, fix=fix) from error
    return text


RuleCondition = Annotated[str, Field(min_length=1), AfterValidator(_condition)]


class RowRule(Terms):
    """One rule: where `when` is true, `expect` must be true."""

    name: Slug = Field(description="Its name, which is told with every record that breaks it.")
    when: RuleCondition | None = Field(
        None,
        description="Which records it is about: those for which this is true. None: all of them. A "
        "comparison with an empty field is not true, so such a record is left out.",
    )
    expect: RuleCondition = Field(
        description="What must be true. A comparison with an empty field is not true, so such a record "
        "breaks the rule, unless it says otherwise (`rationale IS NULL OR …`) or `when` leaves it out."
    )
    problem: Shown = Field(description="What is wrong otherwise, as the vendor should read it.")
    policy: Policy = Field(
        "discard", description="What of a record that breaks it?", json_schema_extra=clause(POLICIES)
    )

    @property
    def columns(self) -> tuple[str, ...]:
        """What its conditions name, as in `contracts.language.row_rules.COLUMNS`."""
        named = (*(condition(self.when).columns if self.when else ()), *condition(self.expect).columns)
        return tuple(dict.fromkeys(named))
