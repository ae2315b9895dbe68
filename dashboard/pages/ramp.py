"""One contract's ramp: what the weeks so far say, how it will end, and whether that is enough."""

from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup
from sqlalchemy import Engine

from dashboard.charts import cusum_chart, rates_chart, units_chart
from dashboard.links import week_url
from dashboard.pages.contract import weeks_of
from dashboard.pages.missing import NotOnTheBooksError, ReadArtefact
from quality.ramp.rates import Rate
from quality.ramp.report import Answer, RampReport, RampWeek
from rampart.delivery.errors import MissingObjectError
from rampart.ledger.gain_decisions import GainDecision, gain_decisions
from rampart.ledger.ramp_decisions import RampDecision, decisions
from rampart.ledger.ramp_report import read_ramp_report


@dataclass(frozen=True)
class RampPage:
    """`/contracts/{contract_id}/ramp`: discards against the ceilings, the forecast, and go or no-go."""

    vendor: str = field(metadata={"help": "The vendor, as the books name it."})
    report: RampReport = field(
        metadata={"help": "Every figure with its clause and the rows behind it, as `rampart ramp` gives it."}
    )
    alarms: dict[int, tuple[str, ...]] = field(metadata={"help": "Week → what to look at, in a few words."})
    questions: tuple[tuple[str, Answer[Any]], ...] = field(
        metadata={"help": "What is asked of all weeks together, each with its answer."}
    )
    latest: RampWeek | None = field(metadata={"help": "The last judged week; None before the first."})
    domains: tuple[Rate, ...] = field(metadata={"help": "The domains of the last judged week."})
    decisions: tuple[RampDecision, ...] = field(metadata={"help": "Go or no-go as it went into the books."})
    gains: tuple[GainDecision, ...] = field(
        metadata={"help": "Whether the gain that was expected of the data was there, as it was booked."}
    )
    rates: Markup = field(
        metadata={"help": "Discard rates, what was expected of them, the ceiling, and the weeks to come."}
    )
    units: Markup | None = field(
        metadata={"help": "Accepted units so far and at the end; None without a forecast."}
    )
    cohorts: Markup | None = field(
        metadata={"help": "The climb of each cohort; None with fewer than two to compare."}
    )


def ramp_page(engine: Engine, read: ReadArtefact, contract_id: str) -> RampPage:
    """Read the page; `NotOnTheBooksError` for a contract that is not in force, or whose terms are gone."""
    vendor = weeks_of(engine, contract_id)[0].vendor
    try:
        report = read_ramp_report(engine, read, contract_id)
    except MissingObjectError as error:
        said = f"The terms of {contract_id} are not in the store ({error}), so nothing can be forecast."
        raise NotOnTheBooksError(said) from error
    latest = next((week for week in reversed(report.weeks) if week.judged), None)
    return RampPage(
        vendor=vendor,
        report=report,
        alarms={week.week: report.alarms(week.week) for week in report.weeks},
        questions=(
            ("Is some week above its ceiling?", report.sequence),
            ("Is a week unlike what was expected?", report.chart),
            ("Did the rate change for good?", report.change),
            ("Is a cohort worse than its colleagues?", report.cohorts),
            ("Is an annotator?", report.annotators),
            ("How is it by domain?", report.domains),
        ),
        latest=latest,
        domains=tuple(
            rate for rate in report.domains.found or () if latest and rate.group[0] == str(latest.week)
        ),
        decisions=decisions(engine, contract_id),
        gains=gain_decisions(engine, contract_id),
        rates=rates_chart(report, lambda week: judged_url(report, week)),
        units=units_chart(report) if report.outlook.found else None,
        cohorts=cusum_chart(report.cohorts.found or (), len(report.weeks)),
    )


def judged_url(report: RampReport, week: RampWeek) -> str | None:
    """The verdict on a week's discards; None for a week to come."""
    if week.judged is None:
        return None
    return week_url(report.contract_id, week.week, week.judged.revision, "verdict-discard_rate")
