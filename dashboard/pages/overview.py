"""The first page: what needs a person, then every programme with its contracts and its champion."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby

from markupsafe import Markup
from sqlalchemy import Engine

from dashboard.charts import sparkline
from dashboard.pages.attention import Attention, needs_a_person
from rampart.ledger.read import MoneyRow, RampRow, RmRow, money_rows, programs, ramp_rows, rm_rows


@dataclass(frozen=True)
class ContractSummary:
    """One contract in a line: where it is now, what its last judged week was like, and its money.

    `current` is the last week that was opened, or the first; `judged` the last week with a discard rate.
    """

    current: RampRow
    judged: RampRow | None
    planned: int
    money: MoneyRow
    spark: Markup


@dataclass(frozen=True)
class ProgramSummary:
    """One programme; `champion` is None before the first promoted reward model."""

    program: str
    contracts: tuple[ContractSummary, ...]
    champion: RmRow | None


@dataclass(frozen=True)
class OverviewPage:
    """`/`: the state of everything, with what needs a person at the top."""

    attention: tuple[Attention, ...] = field(
        metadata={"help": "Held batches, refused and late deliveries, samples to review, most urgent first."}
    )
    programs: tuple[ProgramSummary, ...] = field(
        metadata={"help": "Every programme: its contracts in a line each, and its champion reward model."}
    )


def overview_page(engine: Engine) -> OverviewPage:
    """Read the whole page from the books."""
    rows = ramp_rows(engine)
    money = {row.contract_id: row for row in money_rows(engine)}
    weeks = {contract: tuple(group) for contract, group in groupby(rows, key=lambda row: row.contract_id)}
    return OverviewPage(
        attention=needs_a_person(engine, rows),
        programs=tuple(
            ProgramSummary(
                program=program,
                contracts=tuple(
                    summarise(weeks[contract], row)
                    for contract, row in money.items()
                    if row.program == program and contract in weeks
                ),
                champion=next((rm for rm in reversed(rm_rows(engine, program)) if rm.champion), None),
            )
            for program in programs(engine)
        ),
    )


def summarise(weeks: Sequence[RampRow], money: MoneyRow) -> ContractSummary:
    """One contract's line; `weeks` are all of its weeks, in order, at least one."""
    opened = [row for row in weeks if row.revision is not None]
    judged = [row for row in weeks if row.discard_rate is not None]
    return ContractSummary(
        current=opened[-1] if opened else weeks[0],
        judged=judged[-1] if judged else None,
        planned=sum(row.planned for row in weeks),
        money=money,
        spark=sparkline(weeks, f"spark-{money.contract_id}"),
    )
