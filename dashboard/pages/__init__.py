"""The pages: one module a page, each a frozen dataclass (its context) and the function that reads it."""

from dashboard.pages.attention import Attention
from dashboard.pages.audit import AuditPage, audit_page
from dashboard.pages.contract import ContractPage, contract_page
from dashboard.pages.expectations import ExpectationsPage, expectations_page
from dashboard.pages.missing import ProblemPage
from dashboard.pages.overview import OverviewPage, overview_page
from dashboard.pages.patterns import PatternsPage, patterns_page
from dashboard.pages.program import ProgramPage, program_page
from dashboard.pages.scorecard import ScorecardPage, scorecard_page
from dashboard.pages.week import ReadArtefact, WeekPage, week_page

# Template → what it renders; the tests hold templates and `docs/dashboard.md` to it.
PAGES = {
    "overview.html": OverviewPage,
    "contract.html": ContractPage,
    "week.html": WeekPage,
    "expectations.html": ExpectationsPage,
    "audit_page.html": AuditPage,
    "program.html": ProgramPage,
    "scorecard.html": ScorecardPage,
    "patterns.html": PatternsPage,
    "problem.html": ProblemPage,
}

__all__ = [
    "PAGES",
    "Attention",
    "AuditPage",
    "ContractPage",
    "ExpectationsPage",
    "OverviewPage",
    "PatternsPage",
    "ProblemPage",
    "ProgramPage",
    "ReadArtefact",
    "ScorecardPage",
    "WeekPage",
    "audit_page",
    "contract_page",
    "expectations_page",
    "overview_page",
    "patterns_page",
    "program_page",
    "scorecard_page",
    "week_page",
]
