"""The gallery: every component of the dashboard with invented data, to look at after a change."""

from dataclasses import dataclass, field

from markupsafe import Markup

from dashboard.charts import accuracy_chart, operating_chart, ramp_chart
from dashboard.links import row_url
from dashboard.pages import examples
from dashboard.pages.attention import Attention, Need
from dashboard.pages.expectations import Expected
from dashboard.pages.overview import ContractSummary, summarise
from dashboard.pages.week import FileTotals, WaterfallStep, file_totals, waterfall
from quality.verdict import Status, Verdict
from rampart.ledger.chain import EventRow
from rampart.ledger.outcome import FileCount, MoneyLine
from rampart.ledger.read import RampRow, RmRow
from rampart.ledger.states import STATES, State


@dataclass(frozen=True)
class PatternsPage:
    """`/patterns`: every sign, table and chart, with invented data."""

    states: tuple[State, ...] = field(metadata={"help": "Every state a batch can be in."})
    statuses: tuple[Status, ...] = field(metadata={"help": "Every status a verdict can have."})
    phases: tuple[str, ...] = field(metadata={"help": "The phases of a ramp."})
    attention: tuple[Attention, ...] = field(metadata={"help": "One thing of each kind that needs a person."})
    summary: ContractSummary = field(metadata={"help": "A contract as the overview shows it."})
    ramp_chart: Markup = field(metadata={"help": "The ramp chart, with a week in every state."})
    weeks: tuple[RampRow, ...] = field(metadata={"help": "The weeks of the ramp chart."})
    verdicts: tuple[Verdict, ...] = field(metadata={"help": "A verdict of each status."})
    expected: tuple[Expected, ...] = field(metadata={"help": "An expectation met, one not, one of rows."})
    waterfall: tuple[WaterfallStep, ...] = field(metadata={"help": "A reasons waterfall."})
    files: tuple[FileCount, ...] = field(metadata={"help": "Files and where their records went."})
    totals: FileTotals = field(metadata={"help": "The files summed."})
    money: tuple[MoneyLine, ...] = field(metadata={"help": "Invoice lines."})
    events: tuple[EventRow, ...] = field(metadata={"help": "Events of a week."})
    accuracy_chart: Markup = field(metadata={"help": "The accuracy chart."})
    operating_chart: Markup = field(metadata={"help": "What a plan lets through, with a batch's rate."})
    versions: tuple[RmRow, ...] = field(metadata={"help": "The reward models of the accuracy chart."})


def patterns_page() -> PatternsPage:
    """The gallery; it reads nothing from the books."""
    weeks, totals = examples.WEEKS, file_totals(examples.FILES)
    return PatternsPage(
        states=STATES,
        statuses=("pass", "warn", "fail", "not_testable"),
        phases=("calibration", "ramp", "production"),
        attention=(
            _need("held", "The discard rate is above its ceiling."),
            _need("refused", "rows.jsonl is 12 bytes; the manifest says 4096."),
            _need("review", "A sample was drawn 2026-02-16 09:00 UTC; 80 of 80 records want a verdict."),
            _need("late", "It was due 2026-02-16 09:00 UTC and nothing has come."),
        ),
        summary=summarise(weeks, examples.MONEY),
        ramp_chart=ramp_chart(weeks, row_url),
        weeks=weeks,
        verdicts=examples.VERDICTS,
        expected=examples.EXPECTED,
        waterfall=waterfall(examples.REASONS, totals.readable),
        files=examples.FILES,
        totals=totals,
        money=examples.INVOICE,
        events=examples.EVENTS,
        accuracy_chart=accuracy_chart(examples.VERSIONS),
        operating_chart=operating_chart(examples.CURVE, examples.DEFECT_RATE),
        versions=examples.VERSIONS,
    )


def _need(need: Need, sentence: str) -> Attention:
    return Attention(need, examples.VENDOR, "acme-1", 2, sentence, "What to do about it.", "#content")
