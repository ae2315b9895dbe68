"""Who did how much: overlap, concentration, hours a day, and the guideline they followed."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from statsmodels.stats.proportion import multinomial_proportions_confint, proportion_confint

from contracts.model import Contract
from quality.gates.batch.concentration import concentration
from quality.gates.batch.guideline import guideline_share
from quality.gates.batch.hours import hours_per_day
from quality.gates.batch.overlap import overlap
from quality.verdict import Verdict
from tests.quality.gates.delivered import FIELDS, MONDAY, record, table, terms

TIMES = pa.schema(
    [
        ("annotator_id", pa.string()),
        ("started_at", pa.timestamp("us", "UTC")),
        ("submitted_at", pa.timestamp("us", "UTC")),
        ("duration_s", pa.float64()),
    ]
)


def worked(*rows: tuple[str | None, Any, Any, float | None]) -> pa.Table:
    """Annotator, started, submitted, seconds; moments as hours after the Monday of week 1, UTC."""
    moments = [
        (who, *(at if at is None else _at(at) for at in (one, other)), s) for who, one, other, s in rows
    ]
    return pa.Table.from_pylist([dict(zip(TIMES.names, row, strict=True)) for row in moments], schema=TIMES)


def _at(hours: float) -> datetime:
    return MONDAY + timedelta(hours=hours)


def longest(records: pa.Table, limit: float = 8, timezone: str = "UTC") -> Verdict:
    found = hours_per_day(
        records, terms(annotators={"max_hours_per_day": limit}, term={"timezone": timezone})
    )
    assert found is not None
    return found


def by(**loads: int) -> pa.Table:
    """So many judgements by each annotator; `nobody` names nobody."""
    names = [None if name == "nobody" else name for name, count in loads.items() for _ in range(count)]
    return pa.table({"annotator_id": pa.array(names, pa.string())})


def busiest(records: pa.Table, limit: float) -> Verdict:
    found = concentration(records, terms(annotators={"max_share": limit}))
    assert found is not None
    return found


def items(*people: int, people_named: bool = True) -> pa.Table:
    """Items judged by so many annotators each."""
    rows = [(f"i{item}", f"a{who}") for item, count in enumerate(people) for who in range(count)]
    names = pa.array([who if people_named else None for _, who in rows], pa.string())
    return pa.table({"item_id": pa.array([item for item, _ in rows], pa.string()), "annotator_id": names})


def shared(records: pa.Table, least: float) -> Verdict:
    found = overlap(records, terms(annotators={"min_overlap": least}))
    assert found is not None
    return found


@pytest.mark.parametrize("gate", [concentration, hours_per_day, overlap, guideline_share])
def test_a_contract_that_does_not_ask_is_not_judged(gate: Any) -> None:
    assert gate(table(record(1)), terms()) is None


@pytest.mark.parametrize(
    ("gate", "asked"),
    [
        (concentration, {"max_share": 0.5}),
        (overlap, {"min_overlap": 0.5}),
        (hours_per_day, {"max_hours_per_day": 8}),
    ],
)
def test_where_nobody_is_named_nothing_is_judged(gate: Any, asked: dict[str, float]) -> None:
    contract = terms(annotators=asked)
    for records in (table(record(1, annotator_id=None)), table()):
        found = gate(records, contract, "address")
        assert (found.status, found.observed, found.n) == ("not_testable", None, records.num_rows)
        assert found.evidence == "address"
        assert "names its annotator" in found.reason


def test_a_blocking_clause_on_people_has_a_person_decide() -> None:
    asked = {"max_share": 0.1, "min_overlap": 0.9, "max_hours_per_day": 0.001, "severity": "blocking"}
    records = table(*(record(n, annotator_id="one") for n in range(50)))
    found = [gate(records, terms(annotators=asked)) for gate in (concentration, overlap, hours_per_day)]
    assert [each and each.consequence for each in found] == ["hold"] * 3


def test_the_busiest_share_has_goodmans_interval_and_an_effective_number_of_people() -> None:
    found = busiest(by(one=40, two=30, three=30), 0.5)
    assert (found.status, found.observed, found.n) == ("pass", 0.4, 100)
    expected = multinomial_proportions_confint([40, 30, 30], method="goodman")[0]
    assert (found.low, found.high) == pytest.approx(tuple(expected))
    assert "as that of 2.9 equally busy annotators (Herfindahl-Hirschman index 0.340)" in found.reason


@pytest.mark.parametrize(("limit", "status"), [(0.4, "pass"), (0.35, "warn"), (0.1, "fail")])
def test_a_busiest_annotator_surely_above_the_limit_fails(limit: float, status: str) -> None:
    assert busiest(by(one=40, two=30, three=30), limit).status == status


def test_unnamed_judgements_are_nobodys_and_told() -> None:
    found = busiest(by(one=40, two=30, nobody=30), 0.5)
    assert found.observed == 0.4
    assert "30 judgements name nobody" in found.reason


def test_equally_busy_annotators_on_the_limit_fail_in_at_most_one_week_in_twenty() -> None:
    rng, weeks = np.random.default_rng(1), Counter[str]()
    for _ in range(500):
        names = rng.integers(0, 20, 600).astype(str).tolist()
        weeks[busiest(pa.table({"annotator_id": pa.array(names, pa.string())}), 0.05).status] += 1
    assert weeks["fail"] <= 0.05 * 500


def test_overlap_is_a_share_of_items_with_wilsons_interval() -> None:
    found = shared(items(*[2] * 6, *[1] * 14), 0.3)
    assert (found.status, found.observed, found.n) == ("pass", 0.3, 20)
    assert (found.low, found.high) == pytest.approx(proportion_confint(6, 20, method="wilson"))


@pytest.mark.parametrize(("least", "status"), [(0.3, "pass"), (0.35, "warn"), (0.9, "fail")])
def test_overlap_surely_below_what_is_asked_fails(least: float, status: str) -> None:
    assert shared(items(*[3] * 6, *[1] * 14), least).status == status


def test_one_annotator_twice_is_no_overlap() -> None:
    twice = table(record(1, annotator_id="one"), record(2, annotator_id="one", item_id="item-1"))
    assert shared(twice, 0.1).observed == 0.0


def test_overlap_as_asked_fails_in_at_most_one_week_in_twenty() -> None:
    rng, weeks = np.random.default_rng(2), Counter[str]()
    for _ in range(500):
        weeks[shared(items(*np.where(rng.random(150) < 0.1, 2, 1)), 0.1).status] += 1
    assert weeks["fail"] <= 0.05 * 500


def test_a_working_day_is_the_union_of_its_judgements() -> None:
    records = worked(("a", 8, 12, None), ("a", 9, 10, None), ("a", 11, 13, None), ("b", 8, 9, None))
    found = longest(records)
    assert (found.status, found.observed, found.low, found.n) == ("pass", 5.0, None, 2)
    assert longest(records, 5).status == "pass"
    assert longest(records, 4.9).status == "fail"


def test_a_duration_says_how_long_and_the_moments_say_when() -> None:
    only_submitted = worked(*(("a", None, 8 + n, 1800.0) for n in range(10)))
    assert longest(only_submitted).observed == 5.0
    tab_left_open = worked(("a", 0, 12, 600.0))
    assert longest(tab_left_open).observed == pytest.approx(1 / 6)
    only_started = worked(("a", 8, None, 7200.0))
    assert longest(only_started).observed == 2.0


def test_days_are_those_of_the_contracts_time_zone_and_a_night_counts_on_both() -> None:
    night = worked(("a", 20, 28, None))
    assert longest(night).observed == 4.0
    assert longest(night, timezone="Asia/Tokyo").observed == 8.0  # 05:00 to 13:00 there
    new_york = longest(worked(("a", 27, 33, None)), timezone="America/New_York")  # 22:00 to 04:00
    assert (new_york.observed, new_york.n) == (4.0, 2)


def test_a_day_on_which_clocks_skip_midnight_still_begins() -> None:
    # Cairo, 26 April 2024: 00:00 becomes 01:00. From 23:00 to 03:00 local are three hours, two of them new.
    start = datetime(2024, 4, 25, 20, tzinfo=UTC)
    one = {"annotator_id": "a", "started_at": start, "submitted_at": start + timedelta(hours=3)}
    found = longest(pa.Table.from_pylist([one], schema=TIMES), timezone="Africa/Cairo")
    assert (found.observed, found.n) == (2.0, 2)


def test_judgements_that_cannot_be_timed_are_left_out_and_told() -> None:
    odd = (
        ("a", None, None, 60.0),
        ("a", 9, None, None),
        ("a", 9, 8, None),
        ("a", 0, 40, None),
        (None, 1, 2, 60.0),
    )
    found = longest(worked(("a", 8, 9, None), *odd, ("a", 10, 11, float("nan"))))
    assert found.observed == 2.0
    assert "2 of 7 judgements could be timed" in found.reason
    assert longest(worked(*odd)).status == "not_testable"


def asking_for(version: str, mapped: bool = True) -> Contract:
    fields = {name: it for name, it in FIELDS.items() if mapped or name != "guideline_version"}
    return terms(annotation={"guideline": {"version": version}}, record=fields)


def test_records_under_another_guideline_are_told() -> None:
    records = table(*(record(n, guideline_version="2.0" if n < 8 else "1.4") for n in range(10)))
    found = guideline_share(records, asking_for("2.0"))
    assert found is not None
    assert (found.status, found.observed, found.consequence) == ("fail", 0.8, "none")
    assert (found.low, found.high) == pytest.approx(proportion_confint(8, 10, method="wilson"))
    assert found.reason.endswith(", the others 1 other version.")
    whole = guideline_share(records.slice(0, 8), asking_for("2.0"))
    assert whole is not None
    assert whole.status == "pass"


def test_a_guideline_that_no_record_tells_is_not_testable() -> None:
    for records, mapped in ((table(record(1)), False), (table(), True)):
        found = guideline_share(records, asking_for("2.0", mapped))
        assert found is not None
        assert found.status == "not_testable"
