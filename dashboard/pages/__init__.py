"""The pages: one module a page, each a frozen dataclass (its context) and the function that reads it."""

from dashboard.pages.attention import Attention
from dashboard.pages.audit import AuditPage, audit_page
from dashboard.pages.contract import ContractPage, contract_page
from dashboard.pages.disputes import DisputesPage, disputes_page
from dashboard.pages.expectations import ExpectationsPage, expectations_page
from dashboard.pages.missing import ProblemPage, ReadArtefact
from dashboard.pages.model import ModelPage, model_page
from dashboard.pages.money import MoneyPage, money_page
from dashboard.pages.overview import OverviewPage, overview_page
from dashboard.pages.patterns import PatternsPage, patterns_page
from dashboard.pages.program import ProgramPage, program_page
from dashboard.pages.ramp import RampPage, ramp_page
from dashboard.pages.review import ReviewPage, review_page
from dashboard.pages.rights import RightsPage, rights_page
from dashboard.pages.scorecard import ScorecardPage, scorecard_page
from dashboard.pages.week import WeekPage, week_page

# Template → what it renders; the tests hold templates and `docs/dashboard.md` to it.
PAGES = {
    "overview.html": OverviewPage,
    "contract.html": ContractPage,
    "ramp.html": RampPage,
    "money.html": MoneyPage,
    "week.html": WeekPage,
    "expectations.html": ExpectationsPage,
    "audit_page.html": AuditPage,
    "review.html": ReviewPage,
    "program.html": ProgramPage,
    "model.html": ModelPage,
    "rights.html": RightsPage,
    "disputes.html": DisputesPage,
    "scorecard.html": ScorecardPage,
    "patterns.html": PatternsPage,
    "problem.html": ProblemPage,
}

__all__ = [
    "PAGES",
    "Attention",
    "AuditPage",
    "ContractPage",
    "DisputesPage",
    "ExpectationsPage",
    "ModelPage",
    "MoneyPage",
    "OverviewPage",
    "PatternsPage",
    "ProblemPage",
    "ProgramPage",
    "RampPage",
    "ReadArtefact",
    "ReviewPage",
    "RightsPage",
    "ScorecardPage",
    "WeekPage",
    "audit_page",
    "contract_page",
    "disputes_page",
    "expectations_page",
    "model_page",
    "money_page",
    "overview_page",
    "patterns_page",
    "program_page",
    "ramp_page",
    "review_page",
    "rights_page",
    "scorecard_page",
    "week_page",
]
