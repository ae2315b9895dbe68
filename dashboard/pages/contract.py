"""One contract: its ramp as a chart and as a table, every number leading to the week behind it."""

from dataclasses import dataclass, field

from markupsafe import Markup
from sqlalchemy import Engine

from dashboard.charts import ramp_chart
from dashboard.links import row_url
from dashboard.pages.missing import NotOnTheBooksError
from rampart.ledger.read import MoneyRow, RampRow, money_rows, ramp_rows


@dataclass(frozen=True)
class ContractPage:
    """`/contracts/{contract_id}`: the ramp from calibration to production."""

    money: MoneyRow = field(
        metadata={"help": "Vendor, programme and the contract's sums: committed, payable, credited, at risk."}
    )
    chart: Markup = field(
        metadata={"help": "Discard rate by week with its 95% interval, the ceiling, and the volume."}
    )
    weeks: tuple[RampRow, ...] = field(metadata={"help": "Every week of the contract, delivered or not."})


def contract_page(engine: Engine, contract_id: str) -> ContractPage:
    """Read the page; `NotOnTheBooksError` for a contract that is not in force."""
    weeks = weeks_of(engine, contract_id)
    money = next(iter(money_rows(engine, contract_id=contract_id)))
    return ContractPage(money=money, chart=ramp_chart(weeks, row_url), weeks=weeks)


def weeks_of(engine: Engine, contract_id: str) -> tuple[RampRow, ...]:
    """The weeks of a contract, at least one; `NotOnTheBooksError` for a contract that is not in force."""
    weeks = ramp_rows(engine, contract_id=contract_id)
    if not weeks:
        raise NotOnTheBooksError(
            f"There is no contract {contract_id} on the books. The overview lists every contract in force; "
            "a new one appears once its file is registered."
        )
    return weeks
