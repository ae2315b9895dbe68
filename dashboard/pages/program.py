"""One programme: every reward model that was trained, what triggered it, and why it was promoted or kept."""

from dataclasses import dataclass, field

from markupsafe import Markup
from sqlalchemy import Engine

from dashboard.charts import accuracy_chart
from dashboard.pages.missing import NotOnTheBooksError
from rampart.ledger.read import MoneyRow, RmRow, money_rows, programs, rm_rows
from rampart.ledger.scorecards import latest_scorecard


@dataclass(frozen=True)
class ProgramPage:
    """`/programs/{program}`: the reward models of a programme."""

    program: str = field(metadata={"help": "The programme's name, as its contracts give it."})
    contracts: tuple[MoneyRow, ...] = field(metadata={"help": "The contracts whose batches train it."})
    versions: tuple[RmRow, ...] = field(metadata={"help": "Every reward model, oldest first."})
    scored: bool = field(metadata={"help": "Whether a scorecard of its vendors was made."})
    chart: Markup | None = field(
        metadata={"help": "Held-out accuracy by version; none before the first training."}
    )


def program_page(engine: Engine, program: str) -> ProgramPage:
    """Read the page; `NotOnTheBooksError` for a programme no contract in force belongs to."""
    if program not in programs(engine):
        raise NotOnTheBooksError(
            f"There is no programme {program} on the books. A programme exists as soon as a registered "
            "contract names it."
        )
    versions = rm_rows(engine, program)
    return ProgramPage(
        program=program,
        contracts=money_rows(engine, program),
        versions=versions,
        scored=latest_scorecard(engine, program) is not None,
        chart=accuracy_chart(versions) if versions else None,
    )
