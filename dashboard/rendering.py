"""The one template environment: everything escaped, every undefined name an error."""

from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING

from markupsafe import Markup

from dashboard import links
from rampart.ledger.evidence_of import money_evidence
from rampart.ledger.reckoning import counting, if_accepted
from rampart.ledger.states import ACCEPTED
from rampart.showing.environment import environment

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

ENVIRONMENT = environment(Path(__file__).parent / "templates")
ENVIRONMENT.globals.update(
    contract_url=links.contract_url,
    ramp_url=links.ramp_url,
    money_url=links.money_url,
    week_url=links.week_url,
    expectations_url=links.expectations_url,
    audit_url=links.audit_url,
    review_url=links.review_url,
    row_url=links.row_url,
    program_url=links.program_url,
    counting=counting,
    if_accepted=if_accepted,
    model_url=links.model_url,
    measured_url=links.measured_url,
    rights_url=links.rights_url,
    scorecard_url=links.scorecard_url,
    evidence_url=links.evidence_url,
    money_evidence=money_evidence,
    ACCEPTED=ACCEPTED,
)


def render(template: str, page: "DataclassInstance") -> Markup:
    """`template` filled with the fields of `page`, and with nothing else."""
    context = {field.name: getattr(page, field.name) for field in fields(page)}
    return Markup(ENVIRONMENT.get_template(template).render(context))  # noqa: S704 (autoescape is on)
