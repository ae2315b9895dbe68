"""Everything the counts say about a contract's ramp, asked together."""

from decimal import Decimal
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from contracts.load import load_contract
from contracts.model import Contract
from contracts.terms.ramp import Phase, Ramp, Term, Week
from quality.ramp.report import RampReport
from quality.ramp.room import ramp_report
from simulator.ramps import KINDS, LLAMA2_WEEKS, simulated_contract
from tests.quality.ramp.weeks import NO_GROUPS, judged, programme

SPECS = Path(__file__).parents[3] / "contracts" / "specs"
STANDARD = load_contract(SPECS / "standard" / "six-week-preferences.odcs.yaml")
ID = STANDARD.contract_id
LEARNS = [(2000, 600), (5000, 900), (9800, 1000)]
OTHER = [(1900, 450), (4900, 700), (9900, 700), (19_800, 900)]


def reported(
    counts: list[tuple[int, int]], groups: pl.DataFrame = NO_GROUPS, contract: Contract = STANDARD
) -> RampReport:
    others = programme(other=OTHER)
    own = programme(own=counts).with_columns(vendor=pl.lit(contract.contract_id))
    return ramp_report(contract, judged(contract, counts), pl.concat([own, others]), groups)


@pytest.mark.parametrize(
    ("discarded", "above", "status"),
    [(150, 0.504, "pass"), (160, 0.813, "warn"), (165, 0.907, "warn"), (170, 0.960, "fail")],
)
def test_of_1000_records_at_a_ceiling_of_15_percent_165_discards_warn_and_170_breach(
    discarded: int, above: float, status: str
) -> None:
    week = reported([*LEARNS[:2], (1000, discarded)]).weeks[2]
    assert week.ceiling == 0.15
    assert week.above == pytest.approx(above, abs=0.0005)
    assert week.judged is not None
    assert week.judged.verdict.status == status


def test_weeks_that_came_and_weeks_to_come_stand_in_one_row_each_with_their_clause() -> None:
    weeks = reported(LEARNS).weeks
    assert [week.week for week in weeks] == [1, 2, 3, 4, 5, 6]
    assert [week.judged is not None for week in weeks] == [True] * 3 + [False] * 3
    assert [week.ahead is not None for week in weeks] == [False] * 3 + [True] * 3
    assert weeks[3].clause == "ramp.phases.ramp.discard_ceiling"
    fall, look = weeks[0].waterfall, weeks[2].look
    assert fall is not None
    assert (fall.discarded, fall.kept, fall.steps[0].reason) == (600, 1400, "too_fast")
    assert look is not None
    assert look.low < (600 + 900 + 1000) / 16_800 < look.high


def test_every_answer_names_its_clause_and_the_rows_of_every_week_behind_it() -> None:
    report = reported(LEARNS)
    for answer in (report.sequence, report.chart, report.outlook):
        assert [rows.week for rows in answer.rows] == [1, 2, 3]
        assert all(rows.key.endswith("fates.parquet") for rows in answer.rows)
        assert all(rows.which == "reason_mask <> 0" for rows in answer.rows)
        assert answer.clause


def test_before_the_first_week_nothing_is_judged_and_each_answer_says_why() -> None:
    report = reported([])
    for answer in (report.sequence, report.chart, report.change, report.domains, report.cohorts):
        assert answer.status == "not_testable"
        assert answer.found is None
        assert answer.reason
    assert report.outlook.status == "not_testable"
    assert report.after == 0


def test_after_the_last_week_the_report_says_what_came_and_forecasts_nothing() -> None:
    report = reported([*LEARNS, (20_000, 800), (30_000, 900), (30_000, 900)])
    assert report.outlook.found is None
    accepted = 1400 + 4100 + 8800 + 19_200 + 29_100 + 29_100
    assert report.outlook.reason.startswith(
        f"Every week is judged: {accepted:,} units were accepted of 87,050"
    )


def test_a_rejected_week_brings_nothing_to_the_forecast() -> None:
    kept, rejected = (
        reported([*LEARNS, (20_000, 900), (30_000, 600)]),
        reported([*LEARNS, (20_000, 900), (30_000, 6000)]),
    )
    assert kept.outlook.found is not None
    assert rejected.outlook.found is not None
    assert kept.outlook.found.forecast.accepted_so_far == 1400 + 4100 + 8800 + 19_100 + 29_400
    assert rejected.outlook.found.forecast.accepted_so_far == 1400 + 4100 + 8800 + 19_100


def test_the_number_a_contract_buys_replaces_what_its_ceilings_let_go() -> None:
    ramp = STANDARD.ramp.model_copy(update={"contracted_units": 30_000})
    found = reported(LEARNS, contract=STANDARD.model_copy(update={"ramp": ramp})).outlook
    assert found.found is not None
    assert found.found.forecast.contracted == 30_000
    assert found.clause == "ramp.contracted_units"
    assert found.status == "pass"
    assert reported(LEARNS).outlook.clause == "ramp.weeks"


def test_a_vendor_of_the_programme_that_is_known_longer_informs_the_forecast() -> None:
    alone = ramp_report(
        STANDARD, judged(STANDARD, LEARNS[:1]), programme(**{ID.replace("-", "_"): LEARNS[:1]}), NO_GROUPS
    )
    together = reported(LEARNS[:1])
    middles = []
    for report in (alone, together):
        assert report.outlook.found is not None
        middles.append(report.outlook.found.forecast.weeks[0].discard_rate.p50)
    assert middles[1] < middles[0]  # the other learned faster than is usual


def counted(*rows: tuple[int, str, str, int, int]) -> pl.DataFrame:
    return pl.DataFrame(
        rows,
        {
            "week": pl.Int64,
            "kind": pl.String,
            "name": pl.String,
            "readable": pl.Int64,
            "discarded": pl.Int64,
        },
        orient="row",
    ).select(NO_GROUPS.columns)


def test_domains_are_shown_under_their_week_s_ceiling_and_told_of_beyond_chance() -> None:
    lost = {"code": 200, "chat": 20}
    groups = counted(*((week, "domain", name, 500, lost[name]) for week in (1, 2, 3) for name in lost))
    found = reported(LEARNS, groups).domains
    assert found.status == "warn"
    assert found.reason.startswith("1 of 2 domains of week 3 are above the ceiling")
    assert found.found is not None
    shown = {rate.group: rate for rate in found.found}
    assert len(shown) == 6
    assert shown["3", "code"].ceiling == 0.15
    assert (shown["3", "code"].above or 0) > 0.99
    assert (shown["3", "chat"].above or 0) < 0.01
    assert {rows.which for rows in found.rows} == {"kind = 'domain'"}


def test_of_many_domains_one_somewhat_above_the_ceiling_is_no_alarm() -> None:
    names = [f"d{at:02d}" for at in range(20)]
    lost = dict.fromkeys(names, 15) | {"d00": 22}
    groups = counted(*((3, "domain", name, 100, lost[name]) for name in names))
    found = reported(LEARNS, groups).domains
    assert found.found is not None
    assert max(rate.above or 0 for rate in found.found) > 0.95
    assert found.status == "pass"


def test_a_chart_whose_limits_let_everything_through_says_so() -> None:
    wild = reported([(400, 20), (400, 280), (400, 20), (400, 280), (400, 20)]).chart
    assert "hardly any would be out of line" in wild.reason
    assert "hardly any" not in reported([*LEARNS, (20_000, 1500), (30_000, 2000)]).chart.reason


def test_a_crew_that_begins_in_week_2_and_discards_more_is_named_with_that_week() -> None:
    old = [(week, "annotator", f"old-{at}", 400, 60) for week in (1, 2, 3) for at in range(5)]
    new = [(week, "annotator", f"new-{at}", 200, 120) for week in (2, 3) for at in range(5)]
    report = reported(LEARNS, counted(*old, *new))
    assert report.cohorts.status == "warn"
    assert report.cohorts.found is not None
    alarms = {path.cohort: (path.alarm, path.since) for path in report.cohorts.found}
    assert alarms == {"began in week 1": (None, None), "began in week 2": (2, 2)}
    assert report.annotators.found is not None
    assert {path.cohort for path in report.annotators.found if path.alarm} == {f"new-{at}" for at in range(5)}


def test_a_single_cohort_has_nobody_to_be_compared_with() -> None:
    groups = counted(*((week, "annotator", f"a{at}", 100, 10) for week in (1, 2) for at in range(3)))
    report = reported(LEARNS, groups)
    assert report.cohorts.status == "not_testable"
    assert "no colleagues" in report.cohorts.reason
    assert report.annotators.status == "pass"


def llama2(ceiling: float) -> Contract:
    """The 14 published weekly volumes as a contract of ours."""
    weeks = {
        number: Week(phase="calibration" if number <= 3 else "production", units=units)
        for number, units in enumerate(LLAMA2_WEEKS, 1)
    }
    phase = Phase(discard_ceiling=ceiling, price=Decimal("5.00"))
    ramp = Ramp(weeks=weeks, phases={"calibration": phase, "production": phase})
    term = Term(start=STANDARD.term.start, weeks=len(weeks))
    return STANDARD.model_copy(update={"contract_id": "llama-2", "ramp": ramp, "term": term})


def test_the_volumes_of_llama_2_and_their_growth_break_neither_chart_nor_forecast() -> None:
    assert sum(LLAMA2_WEEKS) == 1_418_091
    contract, rng = llama2(0.9), np.random.default_rng(20260406)
    out, plain, held = [], [], []
    for kind in KINDS * 2:
        simulated = simulated_contract(rng, kind, LLAMA2_WEEKS, vendors=3)
        counts = simulated.counts.with_columns(vendor=pl.col("vendor").replace("vendor-1", "llama-2"))
        own = counts.filter(vendor="llama-2").sort("week")
        pairs = list(own.select("readable", "discarded").iter_rows())
        whole = ramp_report(contract, judged(contract, pairs), counts, NO_GROUPS)
        assert whole.chart.found is not None
        out += [point.out for point in whole.chart.found.points]
        plain += [point.plain_out for point in whole.chart.found.points]
        assert whole.sequence.status == "pass"  # nobody discards nine of ten
        before = counts.filter(pl.col("week") <= 3)
        early = ramp_report(contract, judged(contract, pairs[:3]), before, NO_GROUPS)
        assert early.outlook.found is not None
        foreseen = early.outlook.found.forecast.accepted
        held.append(foreseen.p10 <= own["accepted"].sum() <= foreseen.p90)
    assert len(out) == 2 * len(KINDS) * 13
    assert np.mean(out) <= 0.03
    assert np.mean(plain) > 0.5
    assert np.mean(held) >= 0.6
